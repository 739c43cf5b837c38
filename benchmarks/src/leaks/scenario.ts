/** Ways to let go of what another thread holds. The objects' owner is the main thread of a process of its own, their holder a worker of it. */

export const SCENARIOS = {
  dropped: 'acyclic, dropped without a word',
  cycle: 'cycles of two threads',
  terminated: 'the holder is terminated',
  closed: 'the port is closed, the holder lives',
  call: 'a call to a terminated worker',
} as const

export type Scenario = keyof typeof SCENARIOS

export const SCENARIO_NAMES = Object.keys(SCENARIOS) as Scenario[]

/** How many objects are held. */
export const ITEMS = 100

/** How long a scenario goes on when nothing happens, in ms. */
export const PATIENCE_MS = 10_000

/** What came of it. */
export type Outcome =
  /** Of the objects, so many were left after that time. */
  | { readonly left: number; readonly ms: number }
  /** The calls rejected after that time; null for one that did not settle. */
  | { readonly underWay: number | null; readonly later: number | null }

/** What the owner's thread tells the holder's, beside the system that is measured. */
export type Command = 'hold' | 'drop' | 'entangle' | 'collect'
