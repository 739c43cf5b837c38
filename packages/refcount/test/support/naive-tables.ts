/** The export table as the specification tells it, in objects and lists. */
interface Row {
  g: number
  r: number
}

interface Entry {
  readonly object: number
  ver: number
  readonly rows: Map<number, Row>
  readonly quarantine: Set<number>
}

export class NaiveExports {
  readonly entries = new Map<number, Entry>()
  issued = 0
  /** Holders that a verdict took something from that they may not know of yet. */
  readonly #unsettled = new Set<number>()

  grant(object: number, holder: number, sequence: number): number {
    let found = [...this.entries].find(([, entry]) => entry.object === object)
    if (found === undefined) {
      found = [++this.issued, { object, ver: 0, rows: new Map(), quarantine: new Set() }]
      this.entries.set(...found)
    }
    const [id, entry] = found
    this.#row(entry, holder).g = sequence
    entry.ver++
    return id
  }

  use(id: number, holder: number): number | undefined {
    const entry = this.entries.get(id)
    if (!entry?.rows.has(holder)) return undefined
    entry.ver++
    return entry.object
  }

  addRef(id: number, holder: number, sequence: number): boolean {
    const entry = this.entries.get(id)
    if (entry === undefined) return false
    this.#row(entry, holder).r = sequence
    entry.ver++
    return true
  }

  drop(ids: readonly number[], holder: number, received: number): { released: number[]; ignored: number } {
    let ignored = 0
    for (const id of ids) {
      const entry = this.entries.get(id)
      const row = entry?.rows.get(holder)
      if (entry === undefined || row === undefined || row.g > received) ignored++
      else entry.rows.delete(holder)
    }
    this.#unsettled.delete(holder)
    return { released: this.#release(), ignored }
  }

  endSession(holder: number): void {
    for (const entry of this.entries.values()) if (entry.rows.delete(holder)) entry.quarantine.add(holder)
    this.#unsettled.delete(holder)
  }

  relist(ids: readonly number[], holder: number, sequence: number): number[] {
    return ids.filter((id) => {
      const entry = this.entries.get(id)
      if (entry === undefined || !(entry.rows.has(holder) || entry.quarantine.has(holder))) return true
      entry.quarantine.delete(holder)
      this.#row(entry, holder).r = sequence
      return false
    })
  }

  endReconcile(holder: number, since: number, received: number): number[] {
    for (const { rows, quarantine } of this.entries.values()) {
      const row = rows.get(holder)
      if (row !== undefined && row.r < since && row.g <= received) rows.delete(holder)
      quarantine.delete(holder)
    }
    this.#unsettled.delete(holder)
    return this.#release()
  }

  endQuarantine(holder: number): number[] {
    for (const { quarantine } of this.entries.values()) quarantine.delete(holder)
    return this.#release()
  }

  quarantineSize(holder: number): number {
    return [...this.entries.values()].filter(({ quarantine }) => quarantine.has(holder)).length
  }

  /** What the holder must hold, unless that is not known. */
  knownHoldings(holder: number): number[] | undefined {
    if (this.#unsettled.has(holder) || this.quarantineSize(holder) > 0) return undefined
    return [...this.entries].flatMap(([id, { rows }]) => (rows.has(holder) ? id : []))
  }

  sweep(ids: readonly number[], versions: readonly number[]): number[] | undefined {
    if (ids.some((id, index) => (this.entries.get(id)?.ver ?? versions[index]) !== versions[index])) return undefined
    const objects = ids.flatMap((id) => this.entries.get(id)?.object ?? [])
    for (const id of ids) {
      for (const holder of this.entries.get(id)?.rows.keys() ?? []) this.#unsettled.add(holder)
      this.entries.delete(id)
    }
    return objects
  }

  #row(entry: Entry, holder: number): Row {
    const row = entry.rows.get(holder) ?? { g: 0, r: 0 }
    entry.rows.set(holder, row)
    return row
  }

  #release(): number[] {
    const unheld = [...this.entries].filter(([, { rows, quarantine }]) => rows.size + quarantine.size === 0)
    for (const [id] of unheld) this.entries.delete(id)
    return unheld.map(([, { object }]) => object)
  }
}
