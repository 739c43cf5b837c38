/**
 * Arguments and results between ordinary code and messages: what travels by reference becomes a handle, the rest is copied.
 * A message is put together whole before anything is sent: one that cannot be encoded grants nothing.
 */

import { UsageError } from '@holdfast/core'
import { Managed, type ManagedHeap } from '@holdfast/heap/managed'
import type { Handle } from '@holdfast/heap/object-heap'
import type { ArrivedHandle } from '../message.js'
import { decodeValue } from '../values/decode-value.js'
import { encodeValue } from '../values/encode-value.js'
import { NOT_PRIMITIVE, PrimitiveReader } from '../values/primitive-reader.js'
import type { ReferenceMark } from '../values/reference-mark.js'
import { malformedValue } from '../values/value-format.js'
import { isByReference } from './by-reference.js'
import { DisposedError } from './call-errors.js'
import { type Codec, type Codecs, type CodedPart, codecOf, hasParts, joinParts, splitParts } from './codecs.js'
import { RemotePath } from './remote-path.js'
import { RemoteProxy } from './remote-proxy.js'
import { type RemoteSource, RemoteStream } from './remote-stream.js'
import { StreamSource } from './stream-source.js'

/** What kind of thing a reference is for. */
const OBJECT = 0
const FUNCTION = 1
const STREAM = 2
/** No reference at all: the signal that tells when the caller has given the call up. */
const SIGNAL = 3
/** No reference either: a part that a codec has written, by its place. */
const CODED = 4

/** What the list of a call's arguments is called in errors. */
export const ARGUMENTS = 'arguments'

/** A value on its way out. */
export interface Packed {
  readonly bytes: Uint8Array
  readonly references: readonly Handle[]
  readonly signals: readonly AbortSignal[]
}

/** A value on its way in: bytes from a place to the end, and the references that came with them. */
export interface ArrivedValue {
  readonly bytes: Uint8Array
  readonly from: number
  readonly references: readonly ArrivedHandle[]
}

/** What the marshal needs of its node. */
export interface MarshalContext {
  readonly managed: ManagedHeap
  readonly codecs: Codecs
  /** An import is a function: whatever stands for it can be called. */
  readonly isFunction: (handle: Handle) => void
  /** What stands for an object that was gone before its reference arrived. */
  readonly gone: () => object
}

export class Marshal {
  readonly #context: MarshalContext
  readonly #streams = new Map<Handle, StreamSource>()
  readonly #primitives = new PrimitiveReader()

  constructor(context: MarshalContext) {
    this.#context = context
  }

  /** How many streams others read from this node. */
  get streamCount(): number {
    return this.#streams.size
  }

  /** @param name what the value is, in errors @throws UsageError `not-clonable`, `untraceable-field`, `await-first` */
  pack(value: unknown, name: string): Packed {
    const references: Handle[] = []
    const signals: AbortSignal[] = []
    const sources: [Handle, StreamSource][] = []
    const refer = (object: object, kind: number): ReferenceMark => {
      // Of a view that `calling` has made, the remote object itself.
      references.push(this.#context.managed.referTo(RemoteProxy.behind(object)?.view ?? object))
      return { place: references.length - 1, kind }
    }
    const parts: CodedPart[] = []
    const markOf = (object: object): ReferenceMark | null => {
      // The list of arguments is none of the program's values.
      const codec = object === value && name === ARGUMENTS ? undefined : this.#codecFor(object)
      if (codec !== undefined) {
        // Parts within it come first: a part names earlier ones only.
        const part = encodeValue(codec[1].encode(object), markOf, name)
        parts.push({ name: codec[0], bytes: part })
        return { place: parts.length - 1, kind: CODED }
      }
      if (object instanceof AbortSignal) {
        signals.push(object)
        return { place: 0, kind: SIGNAL }
      }
      const isReference = this.#isReference(object)
      if (typeof object === 'function') return refer(callable(object), FUNCTION)
      if (isReference) return refer(object, OBJECT)
      if (!(Symbol.asyncIterator in object)) return null
      const source = new StreamSource(object as AsyncIterable<unknown>)
      const mark = refer(source, STREAM)
      sources.push([references[mark.place], source])
      return mark
    }
    const bytes = encodeValue(value, markOf, name)
    for (const [handle, source] of sources) this.#streams.set(handle, source)
    return { bytes: joinParts(bytes, parts), references, signals }
  }

  /** @param signal makes the signal of the call that the value came in @throws ProtocolError `malformed-value` */
  unpack(arrived: ArrivedValue, signal: () => AbortSignal): unknown {
    const { bytes, from, references } = arrived
    const primitive = this.#primitives.read(bytes, from)
    if (primitive !== NOT_PRIMITIVE) return primitive
    if (!hasParts(bytes, from)) return decodeValue(bytes, (mark) => this.#resolve(mark, references, signal), from)
    const { value, parts } = splitParts(bytes, from)
    // Once each: parts that name others more than once would take exponential time.
    const decoded = new Map<number, unknown>()
    const resolve = (mark: ReferenceMark, known = parts.length): unknown => {
      const { place, kind } = mark
      if (kind !== CODED || place >= known) return this.#resolve(mark, references, signal)
      if (!decoded.has(place)) {
        const { name, bytes: part } = parts[place]
        const inner = decodeValue(part, (within) => resolve(within, place))
        decoded.set(place, codecOf(this.#context.codecs, name).decode(inner))
      }
      return decoded.get(place)
    }
    return decodeValue(value, (mark) => resolve(mark))
  }

  #resolve({ place, kind }: ReferenceMark, references: readonly ArrivedHandle[], signal: () => AbortSignal): unknown {
    if (kind === SIGNAL) return signal()
    const handle = references[place]
    if (handle === undefined || kind > SIGNAL) throw malformedValue('a reference that the message does not have')
    if (handle === null) return this.#context.gone()
    if (kind === FUNCTION) this.#context.isFunction(handle)
    const object = this.#context.managed.representativeOf(handle)
    return kind === STREAM ? new RemoteStream(object as RemoteSource) : object
  }

  /** Nobody holds these any more: streams among them end. */
  released(handles: Iterable<Handle>): void {
    for (const handle of handles) {
      const source = this.#streams.get(handle)
      this.#streams.delete(handle)
      source?.cancel().catch(() => {})
    }
  }

  /** Ends the streams that never got away. O(streams). */
  prune(isExported: (handle: Handle) => boolean): void {
    this.released([...this.#streams.keys()].filter((handle) => !isExported(handle)))
  }

  #codecFor(object: object): readonly [string, Codec] | undefined {
    const { codecs } = this.#context
    // A program's question is no question to another node.
    if (codecs.size === 0 || RemoteProxy.behind(object) !== undefined || RemotePath.isPath(object)) return undefined
    return [...codecs].find(([, codec]) => codec.accepts(object))
  }

  /** @throws DisposedError for a remote object that was let go of */
  #isReference(object: object): boolean {
    const remote = RemoteProxy.behind(object)
    if (remote?.isDisposed === true) throw new DisposedError()
    return (
      object instanceof Managed ||
      remote !== undefined ||
      isByReference(object) ||
      this.#context.managed.handleOf(object) !== undefined
    )
  }
}

/** @throws UsageError `await-first` for a property of a remote object that was never fetched */
function callable(value: object): object {
  if (!RemotePath.isPath(value)) return value
  throw new UsageError('await-first', 'a property of a remote object was passed on before it was there: await it first')
}
