/**
 * What the heap knows about a class of managed objects: its name, which of its fields have accessors, and how to make
 * an instance without running its constructor. One for each prototype; a class is the same class for every heap in the
 * process, and so is its layout.
 */
import type { AccessorMaker } from './accessors.js'
import type { FieldState } from './entry.js'
import { Managed } from './managed.js'
import { privateNameIn } from './private-names.js'
import { classNameOf } from './refusal.js'

type AnyConstructor = new () => Managed

/** Built-in classes with private fields of their own: their constructor runs when an instance is made anew. */
const bases = new Set<unknown>([Managed])
const layouts = new WeakMap<object, Layout>()

/** Says that a class of this package needs its constructor run. */
export function registerBase(base: abstract new () => Managed): void {
  bases.add(base)
}

/** The layout of the class with this prototype. O(its source) the first time. */
export function layoutOf(prototype: object): Layout {
  let layout = layouts.get(prototype)
  if (layout === undefined) {
    layout = new Layout(prototype)
    layouts.set(prototype, layout)
  }
  return layout
}

export class Layout {
  readonly className: string
  /** Whether instances with fields that can't be traced are pinned instead of refused. */
  readonly pin: boolean
  /** A `#private` member that instances made anew would lack, or null. */
  readonly privateName: string | null
  readonly #prototype: object
  readonly #type: AnyConstructor
  readonly #base: AnyConstructor
  readonly #fields = new Set<string>()
  readonly #State: new () => FieldState

  constructor(prototype: object) {
    const { constructor } = prototype
    this.#prototype = prototype
    this.#type = constructor as AnyConstructor
    this.className = classNameOf(prototype)
    this.pin = (constructor as { pin?: unknown }).pin === true
    let privateName: string | null = null
    let base: unknown = constructor
    for (; typeof base === 'function' && !bases.has(base); base = Object.getPrototypeOf(base)) {
      privateName ??= privateNameIn(Function.prototype.toString.call(base))
    }
    this.privateName = privateName
    this.#base = (bases.has(base) ? base : Managed) as AnyConstructor
    // A class of its own for each layout: so V8 gives states the right size, and accessors see one shape.
    const State = class {}
    Object.setPrototypeOf(State.prototype, null)
    this.#State = State as new () => FieldState
  }

  /** An instance without fields, whose constructor was not run. */
  instantiate(): Managed {
    return Object.preventExtensions(Reflect.construct<[], Managed>(this.#base, [], this.#type))
  }

  /** Whether the constructor makes objects of this class, as it is for every class that nobody has tampered with. */
  get canInstantiate(): boolean {
    return (this.#type as { prototype: object }).prototype === this.#prototype
  }

  createState(): FieldState {
    return new this.#State()
  }

  /** Whether there is an accessor for a field of that name. */
  has(name: string): boolean {
    return this.#fields.has(name)
  }

  /** Whether the class has a member of that name, so that no accessor can stand for a field. */
  hasMember(name: string): boolean {
    if (this.has(name)) return false
    for (let at: object | null = this.#prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
      if (Object.hasOwn(at, name) && !layouts.get(at)?.has(name)) return true
    }
    return false
  }

  /** Gives the prototype accessors for those fields that have none. @throws TypeError when the prototype is frozen */
  define(names: readonly string[], accessors: AccessorMaker): void {
    for (const name of names) {
      if (this.#fields.has(name)) continue
      Object.defineProperty(this.#prototype, name, { ...accessors(name), enumerable: true, configurable: true })
      this.#fields.add(name)
    }
  }
}
