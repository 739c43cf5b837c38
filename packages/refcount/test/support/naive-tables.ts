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
    const released: number[] = []
    let ignored = 0
    for (const id of ids) {
      const entry = this.entries.get(id)
      const row = entry?.rows.get(holder)
      if (entry === undefined || row === undefined || row.g > received) {
        ignored++
        continue
      }
      entry.rows.delete(holder)
      if (entry.rows.size > 0 || entry.quarantine.size > 0) continue
      this.entries.delete(id)
      released.push(entry.object)
    }
    return { released, ignored }
  }

  endSession(holder: number): void {
    for (const entry of this.entries.values()) if (entry.rows.delete(holder)) entry.quarantine.add(holder)
  }

  sweep(ids: readonly number[], versions: readonly number[]): number[] | undefined {
    if (ids.some((id, index) => (this.entries.get(id)?.ver ?? versions[index]) !== versions[index])) return undefined
    const objects = ids.flatMap((id) => this.entries.get(id)?.object ?? [])
    for (const id of ids) this.entries.delete(id)
    return objects
  }

  #row(entry: Entry, holder: number): Row {
    const row = entry.rows.get(holder) ?? { g: 0, r: 0 }
    entry.rows.set(holder, row)
    return row
  }
}
