/**
 * Finds `#private` members in the source of a class: an object made anew from its fields has none, so an access would
 * throw. What is not visible (native code, classes compiled to WeakMaps) is not found; there the access throws.
 *
 * A name counts when it is declared at the start of a member and used somewhere, so that text which looks like one of
 * the two is no matter. Those of a class inside a method count, too.
 */

/** Comments, strings, and templates without substitutions. */
const NOISE = /\/\*[^]*?\*\/|\/\/.*|'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*"|`(?:\\[^]|[^`\\$]|\$(?!\{))*`/g
const DECLARED = /(?:[{};\n*]|\b(?:async|get|set|accessor)\s)\s*#([\p{ID_Continue}$]+)\s*[=;(}\n]/gu
const STATIC = /\bstatic\s+(?:(?:async|get|set|accessor)\s+|\*\s*)*#([\p{ID_Continue}$]+)/gu
const USED = /\.\s*#([\p{ID_Continue}$]+)|#([\p{ID_Continue}$]+)\s+in\b/gu

/** The name of a private member of its instances, or null. O(length of the source). */
export function privateNameIn(source: string): string | null {
  const code = source.replace(NOISE, ' ')
  const names = namesIn(code, USED)
  const statics = namesIn(code, STATIC)
  for (const name of namesIn(code, DECLARED)) if (names.has(name) && !statics.has(name)) return `#${name}`
  return null
}

const namesIn = (code: string, pattern: RegExp): Set<string> =>
  new Set(Array.from(code.matchAll(pattern), ([, first, second]) => second ?? first))
