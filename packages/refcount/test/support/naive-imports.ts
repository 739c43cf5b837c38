/** The import table as the specification tells it. */
interface Entry {
  use: number
  clock: number
  claim: number
  depth: number
  trusted: boolean
  heldOver: boolean
}

export class NaiveImports {
  /** By owner and export id. */
  readonly entries = new Map<string, Entry>()

  find(owner: number, id: number): Entry | undefined {
    return this.entries.get(`${owner}/${id}`)
  }

  take(owner: number, id: number, sent: number): void {
    const known = this.find(owner, id)
    if (known !== undefined) known.trusted = true
    else {
      this.entries.set(`${owner}/${id}`, { use: sent, clock: 0, claim: 0, depth: 0, trusted: true, heldOver: false })
    }
  }

  remove(owner: number, id: number): void {
    this.entries.delete(`${owner}/${id}`)
  }

  holdOver(owner: number): void {
    for (const [, entry] of this.#from(owner)) Object.assign(entry, { trusted: false, heldOver: true, claim: 0 })
  }

  confirm(owner: number, at: number): void {
    for (const [, entry] of this.#from(owner)) {
      if (entry.claim > 0 && entry.claim <= at) Object.assign(entry, { trusted: true, heldOver: false })
    }
  }

  heldOver(owner: number): number[] {
    const held = this.#from(owner).filter(([, entry]) => entry.heldOver)
    return held.map(([key]) => Number(key.split('/')[1])).sort((a, b) => a - b)
  }

  get suspendedCount(): number {
    return [...this.entries.values()].filter((entry) => !entry.trusted).length
  }

  #from(owner: number): [string, Entry][] {
    return [...this.entries].filter(([key]) => key.startsWith(`${owner}/`))
  }
}
