/**
 * A path in words. Properties and elements read as in a program, variables come behind an arrow with the function that sees them,
 * and what lies in the machine between two objects (tables, scopes, reactions) is folded into one label in angle brackets.
 */
import type { PathStep } from './path-steps.js'
import type { CodeLocation } from './script-locations.js'

/** What a description needs to know of a snapshot. */
export interface Named {
  typeOf(node: number): string
  nameOf(node: number): string
  locationOf(node: number): CodeLocation | null
}

/** O(steps). */
export function describePath(snapshot: Named, path: readonly PathStep[]): string {
  const words = new PathWords(snapshot)
  for (const step of path) words.add(step)
  return words.finish()
}

const MACHINERY = new Set(['array', 'code', 'hidden', 'native', 'object shape', 'number'])

class PathWords {
  readonly #snapshot: Named
  #text = '(root)'
  #last = 0
  /** Whether the text so far is but the name of a kind of roots. */
  #atRoots = true
  /** What V8 calls the steps since the last object. */
  #labels: string[] = []
  /** The function whose scope the path is in, or null. */
  #function: number | null = null

  constructor(snapshot: Named) {
    this.#snapshot = snapshot
  }

  add({ node, edge }: PathStep): void {
    if (edge === null) return
    if (this.#snapshot.typeOf(node) === 'synthetic') this.#text = parenthesized(this.#snapshot.nameOf(node))
    else if (edge.type === 'shortcut' && edge.source === 0) this.#object('globalThis', '')
    else if (edge.type === 'property') this.#object(this.#text, accessor(String(edge.name)))
    else if (edge.type === 'element') this.#object(this.#text, `[${edge.name}]`)
    else if (edge.type === 'context') this.#object(this.#text, `${this.#scope()} → ${edge.name}`)
    else if (edge.type === 'ephemeron') this.#object(this.#text, '<value in a WeakMap>')
    else this.#machinery(edge.name, node)
    this.#last = node
    if (this.#snapshot.typeOf(node) === 'closure') this.#function = node
  }

  finish(): string {
    const kind = this.#kindOf(this.#last)
    return this.#atRoots || this.#text.endsWith(` → ${kind}`) ? this.#text : `${this.#text} (${kind})`
  }

  #object(text: string, suffix: string): void {
    this.#text = text + suffix
    this.#atRoots = false
    this.#labels = []
    this.#function = null
  }

  #machinery(name: string | number, node: number): void {
    if (/^[a-z_]/i.test(String(name))) this.#labels.push(String(name))
    if (this.#isMachinery(node)) return
    const label = this.#labels.join('.') || 'internal'
    const suffix = this.#atRoots ? ` → ${this.#snapshot.nameOf(node) || this.#snapshot.typeOf(node)}` : `<${label}>`
    this.#object(this.#text, suffix)
  }

  #isMachinery(node: number): boolean {
    return MACHINERY.has(this.#snapshot.typeOf(node)) || this.#snapshot.nameOf(node).startsWith('system / ')
  }

  #scope(): string {
    return this.#function === null ? '' : ` (${this.#kindOf(this.#function)})`
  }

  #kindOf(node: number): string {
    const type = this.#snapshot.typeOf(node)
    const name = this.#snapshot.nameOf(node)
    if (type === 'string') return JSON.stringify(name)
    if (type !== 'closure') return name || type
    const known = name === '' || this.#text.endsWith(name)
    const at = this.#snapshot.locationOf(node)
    const place = at && ` at ${at.script ?? 'an unnamed script'}:${at.line}:${at.column}`
    return `closure${known ? '' : ` ${name}`}${place ?? ''}`
  }
}

function parenthesized(name: string): string {
  return name.startsWith('(') ? name : `(${name})`
}

/** As a program would write it; symbols as V8 does: `<symbol kHandle>`. */
function accessor(name: string): string {
  if (/^#?[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) return `.${name}`
  return name.startsWith('<symbol') ? `[${name.slice(1, -1)}]` : `[${JSON.stringify(name)}]`
}
