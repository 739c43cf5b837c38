type Numbers = Uint8Array | Uint32Array | Float64Array

/**
 * An array with room for `needed` elements and what `array` held. It doubles, but stops at `expected`, where an honest header
 * ends; a header that promises too much costs nothing until as much has come. Amortized O(1) an element.
 */
export function withRoom<A extends Numbers>(array: A, needed: number, expected: number): A {
  if (needed <= array.length) return array
  const doubled = array.length * 2
  const make = array.constructor as new (length: number) => A
  const grown = new make(Math.max(needed, doubled > expected && expected >= needed ? expected : doubled))
  grown.set(array)
  return grown
}

/** Without what was not used. */
export function trimmed<A extends Numbers>(array: A, length: number): A {
  return (array.length === length ? array : array.slice(0, length)) as A
}

/** Whether a number is one that 32 bits hold as it is. */
export function isUint32(value: number): boolean {
  return value >>> 0 === value
}
