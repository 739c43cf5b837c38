/**
 * The inside of a node: protocol (`HeapNode`), objects (`ManagedHeap`), calls out and in, put together. Knows nothing of names, links
 * and reporting to the program.
 */

import type { CollectorEffect, WeakHold } from '@holdfast/collector'
import type { NodeId } from '@holdfast/core'
import { ManagedHeap } from '@holdfast/heap/managed'
import type { Handle } from '@holdfast/heap/object-heap'
import { DEFAULT_LEASE } from '@holdfast/lease'
import { type Clock, RealClock } from '@holdfast/transport'
import { forcedCollection } from '#collections'
import { GarbageSchedule } from '../garbage-collection/garbage-schedule.js'
import { HeapNode } from '../heap-node.js'
import { BrokenReferenceError, DisposedError } from './call-errors.js'
import { Callee } from './callee.js'
import { Caller } from './caller.js'
import { RemoteFuture } from './future.js'
import { Marshal } from './marshal.js'
import type { CompleteOptions } from './node-options.js'
import type { Deed } from './perform.js'
import { paceOf, Quota } from './quota.js'
import { type RemoteCalls, RemoteProxy } from './remote-proxy.js'
import type { Request } from './request.js'

export interface RuntimeContext {
  readonly options: CompleteOptions
  readonly connect: (peer: NodeId) => void
  /** One node is about to get a reference to an object of another. */
  readonly introduce: (owner: NodeId, receiver: NodeId) => void
  readonly serviceFor: (peer: NodeId) => object
  readonly onEffect: (effect: CollectorEffect) => void
  readonly onBroken: (handles: ReadonlySet<Handle>, why?: 'refused') => void
  readonly onPinned: (warning: { readonly className: string; readonly field: string }) => void
  readonly onCall: (peer: NodeId, request: Request) => void
  /** What V8 found dead was let go of. */
  readonly onSettled: () => void
  readonly trusts: (coordinator: NodeId) => boolean
  /** What weak references of the program and of other nodes refer to. */
  readonly weakHolds: () => readonly WeakHold[]
  /** Which nodes this one coordinates. */
  readonly coordinated: () => readonly NodeId[]
}

/** Stands for no object at all: it was gone before its reference arrived. */
const GONE = -1 as Handle

export class Runtime implements RemoteCalls {
  readonly isAssignable: boolean
  readonly clock: Clock
  readonly node: HeapNode
  readonly managed: ManagedHeap
  readonly marshal: Marshal
  readonly caller: Caller
  readonly callee: Callee
  /** Imports that are functions. */
  readonly #functions = new Set<Handle>()
  readonly #garbage: GarbageSchedule

  constructor(context: RuntimeContext) {
    const { options } = context
    const { node: name, lifetime, time: clock, lease, rounds } = options
    this.isAssignable = options.assignable ?? false
    this.clock = clock
    const pace = paceOf(options.quota)
    this.node = new HeapNode({
      node: name,
      incarnation: lifetime,
      clock,
      batches: true,
      connect: context.connect,
      onCall: (call) => this.callee.called(call),
      onEffect: (effect) => this.#carryOut(effect, context),
      onBroken: context.onBroken,
      onFrame: (peer) => this.callee.heardFrom(peer),
      weakHolds: context.weakHolds,
      beforeReport: (report) => void this.#garbage.collectWithinShare().then(report),
      collector: { trusts: context.trusts, lease: { ...DEFAULT_LEASE, ...lease } },
      ...(pace === null ? {} : { pace }),
      ...(rounds === null ? {} : { rounds: { ...rounds, nodes: context.coordinated } }),
    })
    this.managed = new ManagedHeap({
      heap: this.node.heap,
      createRemote: (handle) => RemoteProxy.create(this, handle, this.#functions.has(handle)),
      isExported: (handle) => this.node.isExported(handle),
      onReleased: (handles) => this.#reclaim(handles),
      defer: (slice) => {
        clock.schedule(clock.now(), slice)
      },
      onPinned: context.onPinned,
    })
    this.marshal = new Marshal({
      managed: this.managed,
      codecs: options.codecs ?? new Map(),
      isFunction: (handle) => this.#functions.add(handle),
      gone: () => RemoteProxy.create(this, GONE, false),
    })
    this.#garbage = new GarbageSchedule({
      clock: options.clock ?? new RealClock({ keepAlive: false }),
      collect: options.garbage?.share === 0 ? null : forcedCollection(),
      onCollected: () => this.#settle(context),
      candidates: () => this.managed.sizes.representatives,
      ...options.garbage,
    })
    this.#garbage.start()
    const { node, managed, marshal } = this
    const quota = new Quota(node, options.quota)
    const onGiven = (peer: NodeId, references: readonly Handle[]): void => {
      for (const handle of references) this.#introduceOwner(peer, handle, context)
    }
    this.caller = new Caller({ node, marshal, quota, onGiven })
    this.callee = new Callee({
      node,
      managed,
      marshal,
      quota,
      onGiven,
      serviceFor: context.serviceFor,
      onCall: context.onCall,
    })
  }

  /** V8 has just collected, in this macrotask: what it found dead is let go of. */
  #settle({ onSettled }: RuntimeContext): void {
    this.managed.settle()
    this.marshal.prune((handle) => this.node.isExported(handle))
    for (const handle of this.#functions) if (!this.node.heap.resolves(handle)) this.#functions.delete(handle)
    onSettled()
  }

  requestOf(remote: RemoteProxy, deed: Deed): RemoteFuture<unknown> {
    const { handle, isDisposed, options } = remote
    if (isDisposed || handle === GONE) {
      const future = RemoteFuture.pending<unknown>()
      RemoteFuture.fail(future, isDisposed ? new DisposedError() : new BrokenReferenceError())
      return future
    }
    this.managed.touch(handle)
    return this.caller.request({ target: handle }, deed, options)
  }

  /** Collects what nothing here refers to, by V8's help where it can be made to. */
  collectNow(): Promise<void> {
    return this.#garbage.collectNow()
  }

  close(): void {
    this.#garbage.stop()
    this.node.leave()
  }

  dispose(remote: RemoteProxy, proxy: object): void {
    if (remote.isDisposed || remote.handle === GONE) return
    remote.isDisposed = true
    this.managed.letGo(proxy)
  }

  labelOf({ handle, isDisposed }: RemoteProxy): string {
    const { heap } = this.node
    if (isDisposed) return 'Remote (disposed)'
    if (handle === GONE || !heap.resolves(handle) || heap.isBroken(handle)) return 'Remote (broken)'
    return `Remote of ${this.node.ownerOf(handle).node}`
  }

  #introduceOwner(peer: NodeId, handle: Handle, { introduce }: RuntimeContext): void {
    const { heap } = this.node
    if (heap.importOf(handle) === undefined) return
    const { node: owner } = this.node.ownerOf(handle)
    if (owner !== peer) introduce(owner, peer)
  }

  #reclaim(handles: readonly Handle[]): void {
    this.node.reclaim(handles)
    for (const handle of handles) if (!this.node.heap.resolves(handle)) this.#functions.delete(handle)
  }

  #carryOut(effect: CollectorEffect, { onEffect }: RuntimeContext): void {
    if (effect.type === 'released') {
      this.managed.unexported(effect.objects)
      this.marshal.released(effect.objects)
    }
    if (effect.type === 'session-ended') this.callee.sessionEnded(effect.peer, effect.reason)
    onEffect(effect)
  }
}
