/** Every message that arrives comes through here, in its turn: the stamps move, then whoever is concerned acts on it. */
import type { Message, NodeId, Sequence } from '@holdfast/core'
import { receive as receiveApplication } from './application-messages.js'
import { applyVerdict } from './apply-verdict.js'
import type { Coordination } from './coordination.js'
import { receiveGiftKey } from './gift-proofs.js'
import { receiveAddRef, receiveBroken, receiveDropRef, receiveGiftAck, receiveRelease } from './listing-messages.js'
import type { NodeState } from './node-state.js'
import { receivePing, receivePong, receiveReconcile, receiveReconcileOk } from './reconcile.js'
import type { Remote } from './remotes.js'

export class Reception {
  readonly #state: NodeState
  /** The part that makes reports and judges them, once it is there. */
  readonly #coordination: () => Coordination | null
  readonly #trusts: ((coordinator: NodeId) => boolean) | undefined

  /** @param trusts whose verdicts are applied and whose wish for a report is granted; nobody's when left out */
  constructor(
    state: NodeState,
    coordination: () => Coordination | null,
    trusts: ((coordinator: NodeId) => boolean) | undefined,
  ) {
    this.#state = state
    this.#coordination = coordination
    this.#trusts = trusts
  }

  /** Acts on one message. @throws ProtocolError before anything but the stamps is changed */
  receive(from: Remote, message: Message, sequence: Sequence): void {
    const state = this.#state
    from.received = sequence
    if (state.rules.on('clock-moves-with-every-message')) state.clock++
    state.counts.messagesReceived++
    switch (message.type) {
      case 'call':
      case 'return':
        receiveApplication(state, from, message)
        break
      case 'dgc:addRef':
        receiveAddRef(state, from, message)
        break
      case 'dgc:giftAck':
        receiveGiftAck(state, from, message)
        break
      case 'dgc:giftKey':
        receiveGiftKey(state, from, message)
        break
      case 'dgc:dropRef':
        receiveDropRef(state, from, message)
        break
      case 'dgc:broken':
        receiveBroken(state, from, message)
        break
      case 'dgc:release':
        receiveRelease(state, from, message)
        break
      case 'dgc:ping':
        receivePing(state, from, message)
        break
      case 'dgc:pong':
        receivePong(state, from)
        break
      case 'dgc:reconcile':
        receiveReconcile(state, from, message)
        break
      case 'dgc:reconcileOk':
        receiveReconcileOk(state, from, message)
        break
      case 'dgc:report':
        this.#coordination()?.receive(from, message)
        break
      case 'dgc:askReport':
      case 'dgc:bringOutYourDead':
      case 'dgc:collect':
      case 'dgc:clearWeak':
        this.#coordinated(from, message)
        break
    }
  }

  /** What only a coordinator may say that this node trusts. */
  #coordinated(
    from: Remote,
    message: Extract<Message, { type: 'dgc:askReport' | 'dgc:bringOutYourDead' | 'dgc:collect' | 'dgc:clearWeak' }>,
  ): void {
    const { node } = from.address
    const state = this.#state
    if (this.#trusts?.(node) !== true) state.emit({ type: 'untrusted', peer: node })
    else if (message.type === 'dgc:collect') applyVerdict(state, node, message)
    else if (message.type === 'dgc:clearWeak') this.#coordination()?.clearWeak(node, message)
    else if (message.type === 'dgc:bringOutYourDead') state.request({ type: 'bring-out-your-dead', by: node })
    else {
      if (message.full) this.#coordination()?.forgetTold(node)
      state.request({ type: 'report-wanted', by: node })
    }
  }
}
