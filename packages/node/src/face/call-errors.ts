/** What a call rejects with when it gets no answer: one class and one `code` for each reason. */
import { HoldfastError, type NodeId } from '@holdfast/core'
import type { CallFailure } from '../call-failure.js'

/** Base of the errors of calls that were not answered. */
export abstract class CallError extends HoldfastError {}

/** The object is gone: revoked, lost with its node, or out of reach for too long. Code `broken-reference`. */
export class BrokenReferenceError extends CallError {
  static override readonly name = 'BrokenReferenceError'

  constructor(message = 'the reference is broken: there is no such object any more', data = {}) {
    super('broken-reference', message, data)
  }
}

/** The peer was started anew and knows nothing of its earlier lifetime's objects and calls. Code `peer-restarted`. */
export class PeerRestartedError extends CallError {
  static override readonly name = 'PeerRestartedError'

  constructor(peer: NodeId) {
    super('peer-restarted', `node ${peer} was started anew; whether the call was carried out is not known`, { peer })
  }
}

/** The session with the peer ended before the answer came. Code `session-ended`; `data.reason` says why. */
export class SessionEndedError extends CallError {
  static override readonly name = 'SessionEndedError'

  constructor(peer: NodeId, reason: string) {
    const message = `the session with node ${peer} ended (${reason}); whether the call was carried out is not known`
    super('session-ended', message, { peer, reason })
  }
}

/** There is no way to the peer, or it does not answer: the call was not sent. Code `unreachable`. */
export class UnreachableError extends CallError {
  static override readonly name = 'UnreachableError'

  constructor(peer: NodeId) {
    super('unreachable', `node ${peer} cannot be reached: is it running, and was it connected?`, { peer })
  }
}

/** This node was closed. Code `closed`. */
export class NodeClosedError extends CallError {
  static override readonly name = 'NodeClosedError'

  constructor() {
    super('closed', 'this node was closed')
  }
}

/** No answer within the time that the caller gave. Code `timed-out`. The call may still be carried out. */
export class TimedOutError extends CallError {
  static override readonly name = 'TimedOutError'

  constructor(ms: number) {
    super('timed-out', `no answer within ${ms} ms`, { ms })
  }
}

/** The caller has let go of the remote object by `dispose`. Code `disposed`. */
export class DisposedError extends CallError {
  static override readonly name = 'DisposedError'

  constructor() {
    super('disposed', 'this remote object was disposed of')
  }
}

/** The error that says why a call has failed. */
export function errorOf({ code, peer, detail, error }: CallFailure): Error {
  switch (code) {
    case 'broken':
      return new BrokenReferenceError()
    case 'peer-restarted':
      return new PeerRestartedError(peer)
    case 'session-ended':
      return new SessionEndedError(peer, detail)
    case 'unreachable':
      return new UnreachableError(peer)
    case 'closed':
      return new NodeClosedError()
    case 'not-sent':
      return error ?? new UnreachableError(peer)
  }
}

/** By name: what a call there has met with, it rejects with here. */
export const CALL_ERRORS = {
  BrokenReferenceError,
  DisposedError,
  NodeClosedError,
  PeerRestartedError,
  SessionEndedError,
  TimedOutError,
  UnreachableError,
}
