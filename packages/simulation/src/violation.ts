/** A broken promise of the collector. */
export class Violation extends Error {
  /** Which checker saw it. */
  readonly checker: string

  constructor(checker: string, what: string) {
    super(`${checker}: ${what}`)
    this.name = 'Violation'
    this.checker = checker
  }
}
