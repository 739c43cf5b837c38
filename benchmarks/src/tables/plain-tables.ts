/** The tables that one would write first: Maps of Maps of objects. They keep the same numbers and give the same answers. */

interface PlainExport {
  readonly object: number
  version: number
  /** Sequence numbers of the last grant and the last addRef, by holder. */
  readonly rows: Map<number, { granted: number; added: number }>
}

export class PlainExports {
  readonly #exports = new Map<number, PlainExport>()
  readonly #idOfObject = new Map<number, number>()
  #nextId = 1

  get size(): number {
    return this.#exports.size
  }

  grant(object: number, holder: number, sequence: number): number {
    const id = this.#idOfObject.get(object) ?? this.#export(object)
    const entry = this.#entry(id)
    const row = entry.rows.get(holder)
    if (row === undefined) entry.rows.set(holder, { granted: sequence, added: 0 })
    else row.granted = sequence
    entry.version++
    return id
  }

  use(id: number, holder: number): number | undefined {
    const entry = this.#entry(id)
    if (!entry.rows.has(holder)) return undefined
    entry.version++
    return entry.object
  }

  drop(ids: ArrayLike<number>, holder: number, received: number): number[] {
    const released: number[] = []
    for (let index = 0; index < ids.length; index++) {
      const entry = this.#entry(ids[index])
      const row = entry.rows.get(holder)
      if (row === undefined || row.granted > received) continue
      entry.rows.delete(holder)
      if (entry.rows.size > 0) continue
      this.#exports.delete(ids[index])
      this.#idOfObject.delete(entry.object)
      released.push(entry.object)
    }
    return released
  }

  #export(object: number): number {
    const id = this.#nextId++
    this.#exports.set(id, { object, version: 0, rows: new Map() })
    this.#idOfObject.set(object, id)
    return id
  }

  #entry(id: number): PlainExport {
    const entry = this.#exports.get(id)
    if (entry === undefined) throw new RangeError(`no export ${id}`)
    return entry
  }
}

interface PlainImport {
  readonly key: string
  use: number
  clock: number
}

export class PlainImports {
  readonly #imports = new Map<number, PlainImport>()
  readonly #idOfKey = new Map<string, number>()
  #nextId = 0

  get size(): number {
    return this.#imports.size
  }

  take(owner: number, exportId: number, sent: number): number {
    const key = `${owner}:${exportId}`
    const known = this.#idOfKey.get(key)
    if (known !== undefined) return known
    const id = this.#nextId++
    this.#imports.set(id, { key, use: sent, clock: 0 })
    this.#idOfKey.set(key, id)
    return id
  }

  used(id: number, sequence: number): void {
    this.#entry(id).use = sequence
  }

  remove(id: number): void {
    this.#idOfKey.delete(this.#entry(id).key)
    this.#imports.delete(id)
  }

  #entry(id: number): PlainImport {
    const entry = this.#imports.get(id)
    if (entry === undefined) throw new RangeError(`no import ${id}`)
    return entry
  }
}
