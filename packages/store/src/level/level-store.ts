/**
 * A store in a folder of its own, kept by LevelDB (`classic-level`): each append is one write to its log and one fsync, off the
 * main thread; its lock keeps a second process out; it cuts off what a death of the process left half written.
 *
 * What LevelDB would pass over in silence is refused here: a log damaged in the middle, rows that are missing or damaged, a folder whose
 * list of files is gone.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '@holdfast/core'
import { ClassicLevel } from 'classic-level'
import type { Store, Stored } from '../store.js'
import { StoreError } from '../store-error.js'
import { decodeHead, encodeHead, HEAD_KEY, type Head, PIECE_BYTES, placeOf, rowKey, seal, unseal } from './rows.js'

type Database = ClassicLevel<Uint8Array, Uint8Array>
type Put = { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }

/** Says that damage was found once: LevelDB has cut it out by then, and the next look would find nothing. */
const DAMAGED_KEY = Uint8Array.of(0x64)

export class LevelStore implements Store {
  readonly #folder: string
  #database: Database | null = null
  #head: Head = { generation: 0, pieces: 0 }
  #entries = 0

  /** @param folder of this store alone; made when it is missing */
  constructor(folder: string) {
    this.#folder = folder
  }

  async open(): Promise<Stored> {
    if (this.#database !== null) throw new UsageError('already-open', 'a store is opened once')
    await mkdir(this.#folder, { recursive: true })
    await this.#checkFiles()
    const database = await this.#openDatabase()
    this.#database = database
    try {
      await this.#checkLog(database)
      return await this.#read(database)
    } catch (error) {
      await this.close()
      throw asStoreError(error, this.#folder)
    }
  }

  async append(entry: Uint8Array): Promise<void> {
    const key = rowKey('r', this.#head.generation, this.#entries + 1)
    await this.#write([{ type: 'put', key, value: seal(key, entry) }])
    this.#entries++
  }

  async replace(image: Uint8Array): Promise<void> {
    const generation = this.#head.generation + 1
    const head = { generation, pieces: Math.ceil(image.length / PIECE_BYTES) }
    const rows: Put[] = []
    for (let place = 0; place < head.pieces; place++) {
      const key = rowKey('i', generation, place)
      const piece = image.subarray(place * PIECE_BYTES, (place + 1) * PIECE_BYTES)
      rows.push({ type: 'put', key, value: seal(key, piece) })
    }
    rows.push({ type: 'put', key: HEAD_KEY, value: seal(HEAD_KEY, encodeHead(head)) })
    await this.#write(rows)
    this.#head = head
    this.#entries = 0
    await this.#clearLeftovers()
  }

  async close(): Promise<void> {
    const database = this.#database
    this.#database = null
    await database?.close()
  }

  async #write(rows: readonly Put[]): Promise<void> {
    if (this.#database === null) throw new UsageError('store-closed', 'a store is opened before it is written')
    try {
      await this.#database.batch([...rows], { sync: true })
    } catch (error) {
      throw new StoreError('store-failed', 'the store cannot be written', { folder: this.#folder, cause: error })
    }
  }

  /** Rows of earlier generations. One that stays behind because this fails does no harm. */
  async #clearLeftovers(): Promise<void> {
    const { generation } = this.#head
    try {
      await this.#database?.clear({ gte: rowKey('i', 0, 0), lt: rowKey('i', generation, 0) })
      await this.#database?.clear({ gte: rowKey('r', 0, 0), lt: rowKey('r', generation, 0) })
    } catch (error) {
      throw new StoreError('store-failed', 'the store cannot be written', { folder: this.#folder, cause: error })
    }
  }

  /** LevelDB takes a folder without its list of files for a new one. @throws StoreError `store-corrupt` */
  async #checkFiles(): Promise<void> {
    const files = await readdir(this.#folder)
    const hasData = files.some((file) => /\.(ldb|sst|log)$/.test(file) || file.startsWith('MANIFEST'))
    if (files.includes('CURRENT') || !hasData) return
    throw corrupt('the list of its files is missing', this.#folder)
  }

  async #openDatabase(): Promise<Database> {
    const database: Database = new ClassicLevel(this.#folder, { keyEncoding: 'view', valueEncoding: 'view' })
    try {
      await database.open()
      return database
    } catch (error) {
      throw asStoreError(error, this.#folder)
    }
  }

  /**
   * LevelDB drops what is damaged in its log and says so in its journal of this opening, alone. An entry that was cut short is not
   * damage. @throws StoreError `store-corrupt`, now and for ever
   */
  async #checkLog(database: Database): Promise<void> {
    const isKnown = (await database.get(DAMAGED_KEY)) !== undefined
    const journal = isKnown ? '' : await readFile(join(this.#folder, 'LOG'), 'utf8')
    const damage = /dropping \d+ bytes; .*/.exec(journal)?.[0]
    if (!isKnown && damage === undefined) return
    if (!isKnown) await database.put(DAMAGED_KEY, new Uint8Array(0), { sync: true })
    throw corrupt(`its log is damaged${damage === undefined ? '' : ` (${damage})`}`, this.#folder)
  }

  async #read(database: Database): Promise<Stored> {
    const head = await database.get(HEAD_KEY)
    if (head !== undefined) this.#head = decodeHead(unseal(HEAD_KEY, head))
    const { generation, pieces } = this.#head
    const image = await this.#rows(database, 'i')
    if (image.length !== pieces) throw corrupt('a piece of its image is missing', this.#folder)
    const entries = await this.#rows(database, 'r')
    this.#entries = entries.length
    await this.#clearLeftovers()
    return { image: generation === 0 ? null : Buffer.concat(image), entries }
  }

  /** The rows of the current generation, without a gap. */
  async #rows(database: Database, kind: 'i' | 'r'): Promise<Uint8Array[]> {
    const { generation } = this.#head
    const first = kind === 'i' ? 0 : 1
    const rows: Uint8Array[] = []
    const range = { gte: rowKey(kind, generation, 0), lt: rowKey(kind, generation + 1, 0) }
    for await (const [key, value] of database.iterator(range)) {
      if (placeOf(key) !== first + rows.length) throw corrupt('a row is missing', this.#folder)
      rows.push(unseal(key, value))
    }
    return rows
  }
}

function corrupt(what: string, folder: string): StoreError {
  const advice = 'restore a copy of the folder, or delete it: the node then comes as a new one'
  return new StoreError('store-corrupt', `the store is not used, since ${what}: ${advice}`, { folder })
}

function asStoreError(error: unknown, folder: string): unknown {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'LEVEL_LOCKED') {
    return new StoreError('store-locked', 'the store is open in another process, or twice in this one', {
      folder,
      cause,
    })
  }
  if (code === 'LEVEL_CORRUPTION') return corrupt(String((cause as Error).message), folder)
  const isLevels = typeof code === 'string' && code.startsWith('LEVEL_')
  return isLevels ? new StoreError('store-failed', 'the store cannot be read', { folder, cause }) : error
}
