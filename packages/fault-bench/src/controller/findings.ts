/** What the bench has found: each thing that must not be, with what had been done shortly before. */
export type FindingKind =
  | 'premature'
  | 'leak'
  | 'lost'
  | 'twice'
  | 'wrong'
  | 'hangs'
  | 'failed'
  | 'expired'
  | 'alarm'
  | 'crash'
  | 'memory'

export interface Finding {
  readonly kind: FindingKind
  readonly message: string
  /** Since the bench has begun, ms. */
  readonly atMs: number
  /** The last faults before it, the latest last. */
  readonly after: readonly string[]
}

const MAX_FINDINGS = 40

export class Findings {
  readonly all: Finding[] = []
  readonly #context: () => Pick<Finding, 'atMs' | 'after'>
  readonly #onFinding: (finding: Finding) => void

  constructor(context: () => Pick<Finding, 'atMs' | 'after'>, onFinding: (finding: Finding) => void) {
    this.#context = context
    this.#onFinding = onFinding
  }

  /** Of many only the first are kept. */
  add(kind: FindingKind, message: string): void {
    if (this.all.length >= MAX_FINDINGS || this.all.some((known) => known.message === message)) return
    const finding = { kind, message, ...this.#context() }
    this.all.push(finding)
    this.#onFinding(finding)
  }
}
