/**
 * How the types of one node look from another: `Remote<T>` stands for an object over there, `Future<T>` for a value to
 * come.
 *
 * The rule for a value that crosses: managed objects, functions and `ByReference` arrive as `Remote`, async iterables
 * as streams; everything else is copied, and looked into for those. A type without references in it stays the very same
 * type, so that hover shows its name.
 *
 * `Remote` and `Future` are intersections and not conditional types, because an alias of those keeps its name, and
 * because their members are only looked at one by one when somebody uses them: so recursive classes end.
 */
import type { managedBrand } from '@holdfast/heap/managed'

declare const remoteBrand: unique symbol
declare const byReferenceBrand: unique symbol
declare const noMembers: unique symbol

/** Stands for an object of another node. Same object, same proxy. Methods return futures, fields read as futures. */
export type Remote<T> = RemoteHandle<T> & RemoteCall<T> & RemoteMembers<T>

/** A promise whose other properties are those of the value to come: using them costs no round trip of its own. */
export type Future<T> = FutureHandle<T> & FutureMembers<T>

/** An object that travels by reference although its class does not extend `Managed`. */
export type ByReference<T> = T & ByReferenceBrand<T>

/** What every `Remote` has. */
export interface RemoteHandle<T> {
  /** In types only. */
  readonly [remoteBrand]: T
  /** Lets go early; forgetting to is no leak. */
  [Symbol.dispose](): void
  [Symbol.asyncDispose](): Promise<void>
}

/** What every `Future` has. */
export interface FutureHandle<T> extends Promise<T> {
  /** Lets go of the result early, when it has come. */
  [Symbol.dispose](): void
  [Symbol.asyncDispose](): Promise<void>
}

/** What comes of a value that is sent to us. */
export type Arrived<T> = Unchanged<T, Arriving<T>>

/** What may be sent for a parameter. */
export type Sent<T> = Unchanged<T, Sending<T>>

/** What functions without a result return. */
type Nothing = ReturnType<() => void>
type AnyFunction = (...args: never) => unknown
type Primitive = string | number | bigint | boolean | symbol | null | undefined | Nothing
/** Copied whole: there is nothing in them that could refer. */
type Whole = Date | RegExp | Error | ArrayBuffer | ArrayBufferView | Signal | EventLike | EventTargetLike
/** As much of an AbortSignal as tells it from others: platforms disagree about the rest. */
interface Signal {
  readonly aborted: boolean
  throwIfAborted(): void
}
/** What of the DOM a codec may copy: too large to be looked into. */
interface EventLike {
  readonly type: string
  preventDefault(): void
}
interface EventTargetLike {
  addEventListener(...args: never): void
}
interface ManagedBrand {
  readonly [managedBrand]: true
}
interface ByReferenceBrand<T> {
  readonly [byReferenceBrand]: T
}
/** Who asks for no types gets none. */
type IfAny<T, Otherwise> = 0 extends 1 & T ? T : Otherwise
type Unchanged<T, New> = [T] extends [New] ? ([New] extends [T] ? T : New) : New

/** Not members: a promise has these itself, or what has them would be taken for a promise. */
type PromiseKey = 'then' | 'catch' | 'finally'
type MemberKey<K> = K extends string ? Exclude<K, PromiseKey> : never

type RemoteMembers<T> = { readonly [K in keyof T as MemberKey<K>]: RemoteMember<T[K]> }

type RemoteMember<T> = unknown extends T
  ? IfAny<T, Future<T>>
  : [T] extends [(...args: infer Args) => infer Result]
    ? (...args: SentAll<Args>) => Future<Arrived<Result>>
    : [T] extends [new (...args: infer Args) => infer Made]
      ? new (
          ...args: SentAll<Args>
        ) => Future<Remote<Made>>
      : Future<Arrived<T>>

type RemoteCall<T> = T extends (...args: infer Args) => infer Result
  ? (...args: SentAll<Args>) => Future<Arrived<Result>>
  : unknown

/**
 * Keeps the name `Future` where there are no members: an intersection with nothing would be shown as its other side.
 */
interface NoMembers {
  readonly [noMembers]?: never
}

type FutureMembers<T> = unknown extends T
  ? NoMembers
  : [NonNullable<T>] extends [never]
    ? NoMembers
    : MembersToCome<NonNullable<T>>

type MembersToCome<T> =
  T extends RemoteHandle<infer Target>
    ? RemoteCall<Target> & RemoteMembers<Target>
    : T extends Primitive | Whole | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
      ? NoMembers
      : T extends AsyncIterable<infer Item>
        ? { [Symbol.asyncIterator](): AsyncIterableIterator<Item> }
        : T extends readonly (infer Item)[]
          ? { readonly [index: number]: Future<Item>; readonly length: Future<number> }
          : { readonly [K in keyof T as MemberKey<K>]: Future<T[K]> }

type Arriving<T> = unknown extends T
  ? T
  : T extends Primitive | RemoteHandle<unknown>
    ? T
    : T extends PromiseLike<infer Value>
      ? Arriving<Value>
      : T extends ByReferenceBrand<infer Target>
        ? Remote<Target>
        : T extends ManagedBrand | AnyFunction
          ? Remote<T>
          : T extends Whole
            ? T
            : T extends AsyncIterable<infer Item>
              ? AsyncIterableIterator<Arriving<Item>>
              : ArrivingContainer<T>

type ArrivingContainer<T> =
  T extends Map<infer Key, infer Value>
    ? Map<Arriving<Key>, Arriving<Value>>
    : T extends Set<infer Item>
      ? Set<Arriving<Item>>
      : T extends ReadonlyMap<infer Key, infer Value>
        ? ReadonlyMap<Arriving<Key>, Arriving<Value>>
        : T extends ReadonlySet<infer Item>
          ? ReadonlySet<Arriving<Item>>
          : T extends readonly unknown[]
            ? ArrivingList<T>
            : { [K in keyof T]: Arriving<T[K]> }

// A function of ours is called with what arrives, and may be async. A `Remote` function fits as well; were it an
// alternative of its own, the parameters of arrow functions would not get their types.
type Sending<T> = unknown extends T
  ? T
  : T extends RemoteHandle<infer Target>
    ? SendingRemote<T, Target>
    : T extends ByReferenceBrand<infer Target>
      ? T | Remote<Target>
      : T extends ManagedBrand
        ? T | Remote<T>
        : T extends (...args: infer Args) => infer Result
          ? (
              ...args: ArrivedAll<Args>
            ) => [Result] extends [Nothing] ? unknown : Sent<Result> | PromiseLike<Sent<Result>>
          : T extends Primitive | Whole | PromiseLike<unknown>
            ? T
            : T extends AsyncIterable<infer Item>
              ? AsyncIterable<Sending<Item>>
              : SendingContainer<T>

type SendingContainer<T> =
  T extends ReadonlyMap<infer Key, infer Value>
    ? ReadonlyMap<Sending<Key>, Sending<Value>>
    : T extends ReadonlySet<infer Item>
      ? ReadonlySet<Sending<Item>>
      : T extends readonly unknown[]
        ? SendingList<T>
        : { [K in keyof T]: Sending<T[K]> }

/** Where another node wants a `Remote`, we may send it one of our own objects. */
type SendingRemote<T, Target> = Target extends AnyFunction
  ? Sending<Target>
  : T | (Target extends ManagedBrand ? Target : ByReference<Target> | (Target & ManagedBrand))

// An array spelled out is looked into only when somebody asks for its items; a mapped one at once, and recursive types
// would never end.
type ArrivingList<T extends readonly unknown[]> = number extends T['length']
  ? T extends unknown[]
    ? Arriving<T[number]>[]
    : readonly Arriving<T[number]>[]
  : { [K in keyof T]: Arriving<T[K]> }
type SendingList<T extends readonly unknown[]> = number extends T['length']
  ? T extends unknown[]
    ? Sending<T[number]>[]
    : readonly Sending<T[number]>[]
  : { [K in keyof T]: Sending<T[K]> }

type ArrivedAll<Args> = Args extends readonly unknown[] ? { [K in keyof Args]: Arrived<Args[K]> } : never
type SentAll<Args> = Args extends readonly unknown[] ? { [K in keyof Args]: Sent<Args[K]> } : never
