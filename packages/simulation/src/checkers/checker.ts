/** A promise of the protocol, watched. Each hook throws `Violation` when the promise is broken. */
import type { CollectorEffect, CollectorEvent } from '@holdfast/collector'
import type { Message } from '@holdfast/core'
import type { Letter, LetterReference } from '../letter.js'
import type { SimulatedNode } from '../simulated-node.js'
import type { Sent } from '../table-codec.js'
import type { Held, Thing } from '../thing.js'
import type { InTurn } from '../witness.js'
import type { World } from '../world.js'

/** A message that a node has just processed. */
export interface Processed {
  readonly by: SimulatedNode
  readonly from: SimulatedNode
  readonly message: Message
  /** How it was sent; null for what no honest node has written. */
  readonly sent: Sent | null
  /** What the owner refused in the same turn, by export id; empty for most. */
  readonly refused: ReadonlySet<number>
}

/** A turn that has happened. */
export interface Turn {
  readonly node: SimulatedNode
  readonly event: CollectorEvent
  readonly effects: readonly CollectorEffect[]
  readonly processed: readonly InTurn[]
  readonly written: readonly Sent[]
}

/** A reference as it arrived: what it resolved to, and what it means. */
export interface ArrivedAt {
  readonly node: SimulatedNode
  readonly letter: Letter
  readonly reference: LetterReference | null
  /** Null for the letter's target. */
  readonly found: Thing | Held | 'broken' | 'nothing'
}

export interface Checker {
  readonly name: string
  /** Whether it promises nothing where clocks do what no drift explains. */
  readonly restsOnClocks?: boolean
  /** After a node's collector has said what follows from a step. */
  effect?(world: World, node: SimulatedNode, effect: CollectorEffect): void
  /** After every turn of a node. */
  turn?(world: World, turn: Turn): void
  /** After a node's turn in which it processed a message. */
  processed?(world: World, processed: Processed): void
  /** A reference of a letter (or its target, `reference` null) was resolved. */
  arrived?(world: World, arrived: ArrivedAt): void
  /** An owner answers that something a holder named is gone. `held` is what the holder has. */
  broke?(world: World, held: Held, cause: 'message' | 'session'): void
  /** A durable node has failed and recovered; `before` is its picture from before. */
  recovered?(world: World, node: SimulatedNode, before: string): void
  /** After every action that may have changed a table. */
  step?(world: World): void
  /** When everything has healed and was heard of, before any lease has run out since. */
  healed?(world: World): void
  /** When everything has healed and all garbage should be gone. */
  end?(world: World): void
}

/** The checkers that have a hook, for each: most have few, and hooks are called all the time. */
export interface Watching {
  readonly effect: readonly Required<Pick<Checker, 'effect'>>[]
  readonly turn: readonly Required<Pick<Checker, 'turn'>>[]
  readonly processed: readonly Required<Pick<Checker, 'processed'>>[]
  readonly arrived: readonly Required<Pick<Checker, 'arrived'>>[]
  readonly broke: readonly Required<Pick<Checker, 'broke'>>[]
  readonly recovered: readonly Required<Pick<Checker, 'recovered'>>[]
  readonly step: readonly Required<Pick<Checker, 'step'>>[]
  readonly healed: readonly Required<Pick<Checker, 'healed'>>[]
  readonly end: readonly Required<Pick<Checker, 'end'>>[]
}

/** Sorts checkers by their hooks. */
export function watching(checkers: readonly Checker[]): Watching {
  return {
    effect: checkers.filter(has('effect')),
    turn: checkers.filter(has('turn')),
    processed: checkers.filter(has('processed')),
    arrived: checkers.filter(has('arrived')),
    broke: checkers.filter(has('broke')),
    recovered: checkers.filter(has('recovered')),
    step: checkers.filter(has('step')),
    healed: checkers.filter(has('healed')),
    end: checkers.filter(has('end')),
  }
}

function has<Hook extends keyof Watching>(hook: Hook) {
  return (checker: Checker): checker is Checker & Required<Pick<Checker, Hook>> => checker[hook] !== undefined
}
