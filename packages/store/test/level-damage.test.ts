import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store, Stored } from '../src/index.js'
import { LevelStore } from '../src/level/index.js'

/** Begins with its value; nothing in it repeats itself, so LevelDB does not pack it. */
const entry = (value: number): Uint8Array =>
  Uint8Array.from({ length: 300 }, (_, at) => (value + at * at * at * 7) & 255)

describe('a store in a folder that was damaged', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-damage-'))
    await use(async (store) => {
      await store.replace(entry(100))
      for (let value = 1; value <= 10; value++) await store.append(entry(value))
    })
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function use<Result>(code: (store: Store, stored: Stored) => Promise<Result>): Promise<Result> {
    const store = new LevelStore(folder)
    const stored = await store.open()
    try {
      return await code(store, stored)
    } finally {
      await store.close()
    }
  }

  const entries = (): Promise<number[]> => use(async (_, stored) => stored.entries.map((bytes) => bytes[0]))

  async function fileOf(kind: RegExp): Promise<string> {
    const found = (await readdir(folder)).filter((name) => kind.test(name)).sort()
    return join(folder, found.at(-1) as string)
  }

  async function flip(file: string, at: number): Promise<void> {
    const bytes = await readFile(file)
    bytes[at] ^= 1
    await writeFile(file, bytes)
  }

  async function expectRefused(): Promise<void> {
    const error: unknown = await new LevelStore(folder).open().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'StoreError', code: 'store-corrupt' })
    expect((error as Error).message).toMatch(/delete it/)
    await expect(new LevelStore(folder).open(), 'and ever after').rejects.toMatchObject({ code: 'store-corrupt' })
  }

  it('passes over an entry whose write was cut short, and goes on behind the last whole one', async () => {
    const log = await fileOf(/\.log$/)
    await truncate(log, (await readFile(log)).length - 100)
    expect(await entries()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    await use((store) => store.append(entry(77)))
    expect(await entries()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 77])
  })

  it('refuses a log that is damaged in the middle, at every later start, too', async () => {
    const log = await fileOf(/\.log$/)
    await flip(log, Math.floor((await readFile(log)).length / 2))
    await expectRefused()
  })

  it('refuses a table with a flipped bit', async () => {
    // The log becomes a table when the store is opened again.
    expect(await entries()).toHaveLength(10)
    const table = await fileOf(/\.ldb$/)
    const bytes = await readFile(table)
    const at = bytes.indexOf(entry(5).subarray(0, 20))
    expect(at).toBeGreaterThan(0)
    await flip(table, at + 100)
    await expectRefused()
  })

  it('refuses a table that is cut short, and one that is gone', async () => {
    expect(await entries()).toHaveLength(10)
    const table = await fileOf(/\.ldb$/)
    const bytes = await readFile(table)
    await truncate(table, bytes.length - 50)
    await expect(new LevelStore(folder).open()).rejects.toMatchObject({ name: 'StoreError' })
    await rm(table)
    await expect(new LevelStore(folder).open()).rejects.toMatchObject({ name: 'StoreError' })
  })

  it('refuses a folder whose list of files is cut short or gone', async () => {
    const manifest = await fileOf(/^MANIFEST/)
    await truncate(manifest, 20)
    await expect(new LevelStore(folder).open()).rejects.toMatchObject({ code: 'store-corrupt' })
    await rm(join(folder, 'CURRENT'))
    await expect(new LevelStore(folder).open()).rejects.toMatchObject({ code: 'store-corrupt' })
  })

  it('refuses rows with a gap', async () => {
    const database = new ClassicLevel<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' })
    const keys = (await database.keys().all()).filter((key) => key[0] === 'r'.charCodeAt(0))
    await database.del(keys[4])
    await database.close()
    await expect(new LevelStore(folder).open()).rejects.toMatchObject({ code: 'store-corrupt' })
  })

  it('refuses rows of a layout that it does not know, and says which', async () => {
    const { HEAD_KEY, seal } = await import('../src/level/rows.js')
    const database = new ClassicLevel<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' })
    await database.put(HEAD_KEY, seal(HEAD_KEY, Uint8Array.of(99, 1, 1)))
    await database.close()
    await expect(new LevelStore(folder).open()).rejects.toMatchObject({
      code: 'store-version',
      data: { version: 99, reads: 1 },
    })
  })
})
