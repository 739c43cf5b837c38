/**
 * The rules that make the protocol safe, each by a name, so that a test can switch one off and watch what breaks
 * (`docs/protocol.md` says what each is for). A machine takes them as its last constructor parameter and never
 * changes them; the only way to get rules with one switched off is `@holdfast/core/unsafe-rules`, which lint keeps out of
 * everything but tests and the simulation.
 */

/** Every rule, on in production. */
export const RULES = [
  'C0-local-exports',
  'C1-grants-received',
  'C2-receiver-newer-than-addRef',
  'C3-closure',
  'C4-uses-received',
  'C5-acked-gifts-included',
  'absent-means-live',
  'quarantined-means-live',
  'one-session-per-row',
  'weak-holders-are-black',
  'clear-weak-checks-ver',
  'unlisted-exports-are-roots',
  'unacked-gifts-are-roots',
  'giftAck-after-registration',
  'stamps-in-the-turn-of-the-trace',
  'dropRef-checks-g',
  'use-starts-at-current-sent',
  // Sessions, leases and restarts.
  'use-needs-a-row',
  'rejected-message-keeps-references',
  'clock-moves-with-every-message',
  'unpin-only-after-giftAck',
  'unacked-gifts-are-asked-about',
  'addRef-dies-with-its-session',
  'late-finalizer-is-ignored',
  'expired-holder-gives-nothing',
  'unconfirmed-holder-gives-nothing',
  'quarantine-before-removal',
  'quarantine-ends-in-removal',
  'quarantine-outlasts-gifts',
  'holder-knows-first',
  'holder-gives-up',
  'reconnect-stops-quarantine',
  'reconcile-needs-a-row',
  'reconcile-keeps-ver',
  'reconcile-ends-quarantine',
  'g-starts-anew',
  'use-starts-anew',
  'broken-names-a-message',
  'gift-names-incarnation',
  'gift-tokens',
  'collect-names-incarnation',
  'session-numbers-are-fresh',
  'incarnations-are-ordered',
] as const

/** The name of a rule. */
export type Rule = (typeof RULES)[number]

/** Which rules are on. */
export interface Rules {
  on(rule: Rule): boolean
}

/** What production runs with. */
export const ALL_RULES: Rules = { on: () => true }
