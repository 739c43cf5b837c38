/** Something that takes bytes from a peer, and what must hold whatever they are. */
export interface FuzzTarget {
  readonly name: string
  readonly about: string
  /** Well-formed inputs to begin with: mutation finds its way from there. */
  seeds(): Uint8Array[]
  /**
   * Takes one input. Deterministic: the same input does the same.
   * @throws anything for a finding: a crash, or something that must not be
   */
  run(input: Uint8Array): void | Promise<void>
}

/** What must not be. */
export class Finding extends Error {
  override readonly name = 'Finding'
}
