/**
 * A node's calls and their answers, both ways. What goes out is pinned in the heap until it is sent, what came in until the program's
 * code has returned. Whoever wants an answer gets one, or null: no call hangs for ever.
 */
import type { ArrivedReference, CollectorCore, CollectorEffect, LocalReference } from '@holdfast/collector'
import { type ImportId, type NodeId, UsageError } from '@holdfast/core'
import type { Handle, ObjectHeap } from '@holdfast/heap/object-heap'
import type { CallFailure, CallFailureCode } from './call-failure.js'
import type { Contacts } from './contacts.js'
import { importOf, referenceOf } from './local-reference.js'
import {
  type Answer,
  type AnswerReceipt,
  type ArrivedHandle,
  type IncomingAnswer,
  type IncomingCall,
  LATER,
  type OpenCall,
  type OutgoingCall,
} from './message.js'
import { type GiveUpReason, isReasonToWait, type Outbox } from './outbox.js'
import { type OnAnswer, type PendingCall, PendingCalls } from './pending-calls.js'
import { pinAll } from './pin-all.js'
import type { Turns } from './turns.js'

/** What the calls need of their node. */
export interface CallsContext {
  readonly heap: ObjectHeap
  readonly collector: CollectorCore
  readonly turns: Turns
  readonly contacts: Contacts
  readonly outbox: Outbox
  /** Calls are numbered from the next on. */
  readonly lastCall: number
  readonly onCall: ((call: IncomingCall) => Answer | typeof LATER | undefined) | undefined
}

type Effect<Type extends CollectorEffect['type']> = Extract<CollectorEffect, { type: Type }>

export class Calls {
  readonly #context: CallsContext
  readonly #pending: PendingCalls

  constructor(context: CallsContext) {
    this.#context = context
    this.#pending = new PendingCalls(context.lastCall)
  }

  /** How many wait to be sent or answered, answers included. */
  get size(): number {
    return this.#pending.size + this.#context.outbox.size
  }

  /** Sends a call, now or as soon as it may go. @throws as `HeapNode.call` */
  call(call: OutgoingCall, onAnswer: OnAnswer | undefined): number {
    const { heap, collector, turns, outbox } = this.#context
    if (turns.isOver) throw new UsageError('closed', 'a closed node makes no calls')
    const target = 'target' in call.to ? call.to.target : null
    const node = 'node' in call.to ? call.to.node : collector.ownerOf(importOf(heap, call.to.target)).node
    const number = onAnswer === undefined ? 0 : this.#pending.next()
    const sender: Sender = { node, target, subject: call.subject, onAnswer: onAnswer ?? null }
    const mayGo =
      !outbox.hasQueue(node) && this.#areReachable(call.references) && (target === null || heap.isReachable(target))
    if (!mayGo || !this.#hasGone(number, call, sender)) this.#queue(number, call, sender)
    return number
  }

  /** Sends a call unless it has to wait. @throws what is no reason to wait */
  #hasGone(number: number, call: OutgoingCall, sender: Sender): boolean {
    try {
      this.#send(number, call, sender)
      return true
    } catch (error) {
      if (isReasonToWait(error)) return false
      throw error
    }
  }

  /** Lets a call wait for what it needs, with all that it names. @throws as `HeapNode.call` */
  #queue(number: number, { payload, ...rest }: OutgoingCall, sender: Sender): void {
    const { heap, turns, outbox } = this.#context
    const { node, target } = sender
    // The caller's bytes are its own again when the call returns.
    const call = { ...rest, payload: payload?.slice() ?? NOTHING }
    const named = [...(call.references ?? []), ...(target === null ? [] : [target])]
    const unpin = pinAll(heap, named)
    try {
      outbox.send({
        peer: node,
        needs: target === null ? 'node' : 'import',
        isHopeless: () => named.some((handle) => heap.isBroken(handle)),
        send: () => {
          this.#send(number, call, sender)
          unpin()
        },
        giveUp: (reason) => {
          unpin()
          turns.attempt(() => {
            if (isAwaited(sender)) sender.onAnswer(null, failureOf(node, reason), sender)
            else if (reason instanceof Error) throw reason
          })
        },
      })
    } catch (error) {
      unpin()
      throw error
    }
  }

  #areReachable(handles: readonly Handle[] = NO_HANDLES): boolean {
    const { heap } = this.#context
    return handles.every((handle) => heap.isReachable(handle))
  }

  /** Answers a call later, if its session is still the same. */
  answer(call: OpenCall, answer: Answer): void {
    const session = this.#context.collector.sessionWith(call.from)
    if (session?.number !== call.session || session.incarnation !== call.incarnation) return
    this.#context.turns.act(() => {
      const isAnswered = this.#context.turns.attempt(() => this.#answer(call.from, call.call, answer))
      if (!isAnswered) this.#answerEmpty(call.from, call.call, answer.receipt)
    })
  }

  /** A call arrived: the program's handler runs, and its answer goes back. */
  called({ from, call, target, references, payload }: Effect<'called'>): void {
    const { heap } = this.#context
    if (target !== null) heap.arrive(target)
    if (references.length === 0) this.#handle({ from, call, target, references: NO_HANDLES, payload })
    else this.#holding(references, (handles) => this.#handle({ from, call, target, references: handles, payload }))
    if (target !== null) heap.unpin(target)
  }

  #handle(incoming: IncomingCall): void {
    const { turns, onCall } = this.#context
    const { from, call } = incoming
    try {
      const answer = onCall?.(incoming) ?? EMPTY
      if (answer !== LATER) this.#answer(from, call, answer)
    } catch (error) {
      turns.failed(error)
      this.#answerEmpty(from, call)
    }
  }

  /** An answer arrived. */
  returned({ from, call, references, payload }: Effect<'returned'>): void {
    const pending = this.#pending.take(call, from)
    if (references.length === 0) this.#tell(pending, { references: NO_HANDLES, payload })
    else this.#holding(references, (handles) => this.#tell(pending, { references: handles, payload }))
  }

  #tell(call: PendingCall | undefined, answer: IncomingAnswer): void {
    try {
      call?.onAnswer(answer, null, call)
    } catch (error) {
      this.#context.turns.failed(error)
    }
  }

  /**
   * What came with a rejected call was granted all the same: seen by the heap, it is dropped by the next collection. The caller has been
   * told that the target is broken, unless it was given it anew since: then this tells it that there is nothing to wait for.
   */
  rejected({ from, call, references }: Effect<'rejected'>): void {
    this.#holding(references, () => {})
    this.#answerEmpty(from, call)
  }

  /** No answers will come over a session any more, and none goes out. */
  sessionEnded(peer: NodeId, reason: string): void {
    const code = reason === 'peer-restarted' ? reason : 'session-ended'
    this.#answerNull(this.#pending.takeAll(peer), code, reason)
    this.#context.outbox.sessionEnded(peer)
  }

  /** Imports broke: no answers will come from them, and nothing that names them goes out. */
  broken(imports: readonly ImportId[]): ReadonlySet<Handle> {
    const { heap, outbox } = this.#context
    const handles = new Set(imports.flatMap((id) => heap.breakImport(id) ?? []))
    if (handles.size > 0) {
      this.#answerNull(this.#pending.takeTargets(handles), 'broken')
      outbox.prune()
    }
    return handles
  }

  /** There will be no session with a node. */
  givenUp(peer: NodeId): void {
    if (!this.#context.contacts.isConnected(peer)) this.#context.outbox.givenUp(peer)
  }

  /** No answers will come at all. */
  end(): void {
    this.#answerNull(this.#pending.takeAll(), 'closed')
    this.#context.outbox.end()
  }

  #send(number: number, call: OutgoingCall, sender: Sender): void {
    const { heap, turns } = this.#context
    const objection = call.objection?.() ?? null
    if (objection !== null) throw objection
    const to = 'node' in call.to ? call.to : { import: importOf(heap, call.to.target) }
    const references = this.#referencesOf(call.references)
    if (isAwaited(sender)) this.#pending.add(number, sender)
    try {
      const payload = call.payload ?? NOTHING
      turns.send({ type: 'call', to, call: number, references, payload, isHeld: turns.isBatching })
    } catch (error) {
      this.#pending.take(number, sender.node)
      throw error
    }
  }

  #referencesOf(handles: readonly Handle[] = NO_HANDLES): readonly LocalReference[] {
    const { heap } = this.#context
    return handles.length === 0 ? NO_REFERENCES : handles.map((handle) => referenceOf(heap, handle))
  }

  #answer(to: NodeId, call: number, answer: Answer): void {
    const { contacts, outbox } = this.#context
    if (call === 0) return
    const mayGo = !outbox.hasQueue(to) && this.#areReachable(answer.references)
    if (mayGo && this.#hasAnswered(to, call, answer)) return
    // A call may have come in a frame that went on to end its session: nobody waits for the answer.
    if (contacts.isConnected(to)) this.#queueAnswer(to, call, answer)
  }

  /** Sends an answer unless it has to wait. @throws what is no reason to wait */
  #hasAnswered(to: NodeId, call: number, answer: Answer): boolean {
    try {
      this.#sendAnswer(to, call, answer)
      return true
    } catch (error) {
      if (isReasonToWait(error)) return false
      throw error
    }
  }

  #sendAnswer(to: NodeId, call: number, { references: handles, payload, receipt }: Answer): void {
    const { collector, turns } = this.#context
    const references = this.#referencesOf(handles)
    turns.send({ type: 'return', to, call, references, payload, isHeld: turns.isBatching })
    receipt?.sent(collector.sentTo(to))
  }

  /** Lets an answer wait for what it needs, with all that it names. */
  #queueAnswer(to: NodeId, call: number, { payload, ...rest }: Answer): void {
    const { heap, turns, outbox } = this.#context
    const answer = { ...rest, payload: payload.slice() }
    const { references: handles, receipt } = answer
    const unpin = pinAll(heap, handles)
    receipt?.waits()
    try {
      outbox.send({
        peer: to,
        needs: 'this-session',
        isHopeless: () => handles.some((handle) => heap.isBroken(handle)),
        send: () => {
          this.#sendAnswer(to, call, answer)
          unpin()
        },
        giveUp: (reason) => {
          unpin()
          this.#answerEmpty(to, call, receipt)
          if (!(reason instanceof Error)) return
          turns.attempt(() => {
            throw reason
          })
        },
      })
    } catch (error) {
      unpin()
      throw error
    }
  }

  /** There is nothing to answer with. */
  #answerEmpty(to: NodeId, call: number, receipt?: AnswerReceipt): void {
    this.#context.turns.attempt(() => this.#answer(to, call, receipt === undefined ? EMPTY : { ...EMPTY, receipt }))
  }

  #answerNull(waiting: readonly PendingCall[], code: CallFailureCode, detail = ''): void {
    for (const call of waiting) {
      this.#context.turns.attempt(() => call.onAnswer(null, { code, peer: call.node, detail, error: null }, call))
    }
  }

  /** Gives the handles of arrived references to `use`, pinned until it returns. */
  #holding(references: readonly ArrivedReference[], use: (handles: readonly ArrivedHandle[]) => void): void {
    const { heap } = this.#context
    const handles = references.map((reference) => this.#arrive(reference))
    try {
      use(handles)
    } finally {
      for (const handle of handles) if (handle !== null) heap.unpin(handle)
    }
  }

  #arrive(reference: ArrivedReference): Handle | null {
    const { heap } = this.#context
    if ('broken' in reference) return null
    return 'object' in reference ? heap.arrive(reference.object) : heap.importHandle(reference.import)
  }
}

/** Who is called, and who waits for the answer. */
type Sender = Omit<PendingCall, 'onAnswer'> & { readonly onAnswer: OnAnswer | null }

const isAwaited = (sender: Sender): sender is PendingCall => sender.onAnswer !== null

function failureOf(peer: NodeId, reason: GiveUpReason): CallFailure {
  return reason instanceof Error
    ? { code: 'not-sent', peer, detail: '', error: reason }
    : { code: reason, peer, detail: '', error: null }
}

const NOTHING = new Uint8Array(0)
const NO_HANDLES: readonly never[] = []
const NO_REFERENCES: readonly never[] = []
const EMPTY: Answer = { references: [], payload: NOTHING }
