/** A short story that a run tells among its other doings: a few steps in an order in which one rule, if any, saves the day. */
import type { Rule } from '@holdfast/core'
import type { Scene } from './scene.js'

export interface Gambit {
  readonly name: string
  /** The rules without which it ends badly, as a rule. */
  readonly attacks: readonly Rule[]
  /** How many nodes play, besides who coordinates. */
  readonly players: 2 | 3
  play(scene: Scene): void
}
