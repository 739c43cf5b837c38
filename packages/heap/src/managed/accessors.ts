/**
 * Accessors of fields, for class prototypes. Generated code is 3 to 15 times faster to set than closures that share
 * their code; where generation is forbidden (a content security policy, `--disallow-code-generation-from-strings`)
 * closures do.
 *
 * On an instance that no heap has adopted, a field is an ordinary own property: reading finds none, writing defines it.
 */
import type { Entry } from './entry.js'
import { entryOf } from './managed.js'
import { read } from './stored.js'

/** Makes the accessor of a field of that name. */
export type AccessorMaker = (name: string) => Pick<PropertyDescriptor, 'get' | 'set'>

const isObject = (value: unknown): boolean =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

const define = (object: object, name: string, value: unknown): void => {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
}

const write = (entry: Entry, name: string, value: unknown): void => entry.heap.write(entry, name, value)

/** Works everywhere. */
export const closureAccessors: AccessorMaker = (name) => ({
  get(this: object) {
    return read((entryOf(this)?.state as Record<string, unknown> | undefined)?.[name])
  },
  set(this: object, value: unknown) {
    const entry = entryOf(this)
    if (entry === null) define(this, name, value)
    else {
      const state = entry.state as Record<string, unknown>
      if (isObject(value) || isObject(state[name])) write(entry, name, value)
      else state[name] = value
    }
  },
})

const isObjectText = (name: string): string =>
  `(typeof ${name} === 'object' && ${name} !== null || typeof ${name} === 'function')`

/** Throws where code generation is forbidden. */
export const generatedAccessors: AccessorMaker = (name) => {
  const key = JSON.stringify(name)
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- only a JSON string is put in
  const make = new Function(
    'entryOf, read, write, define',
    `return {
get() { const e = entryOf(this); if (e === null) return
const v = e.state[${key}]; return typeof v === 'object' ? read(v) : v },
set(v) { const e = entryOf(this); if (e === null) return define(this, ${key}, v); const s = e.state, o = s[${key}]
if (${isObjectText('v')} || ${isObjectText('o')}) write(e, ${key}, v); else s[${key}] = v } }`,
  ) as (...helpers: unknown[]) => ReturnType<AccessorMaker>
  return make(entryOf, read, write, define)
}

/** The faster one that works here. */
export function accessorsForHere(): AccessorMaker {
  try {
    generatedAccessors('probe')
    return generatedAccessors
  } catch {
    return closureAccessors
  }
}
