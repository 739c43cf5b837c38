/**
 * The contract of `Store` as tests, which every store passes. The test functions come in as parameters (those of vitest fit as they
 * are), so that this module drags in no test runner.
 */
import type { Store } from './store.js'

/** Made anew for each case. */
export interface StoreUnderTest {
  /** Another opening of the same place: what a process that starts next would have. */
  readonly reopen: () => Store
  /** A store in the same place while the first is open; null where there is no such thing as two. */
  readonly second: (() => Store) | null
  /** What the death of the process leaves of an open store, in the place where `reopen` looks. */
  readonly die: (store: Store) => Promise<void>
  readonly dispose: () => Promise<void>
}

/** As in vitest. */
export interface TestTools {
  describe(title: string, body: () => void): void
  test(title: string, body: () => Promise<void>): void
  expect(value: unknown): Expectation
}

interface Expectation {
  toEqual(expected: unknown): void
  readonly rejects: { toMatchObject(expected: object): Promise<void> }
}

interface Trial extends StoreUnderTest {
  readonly expect: TestTools['expect']
}

/** Bytes that tell one entry from another. */
const entry = (value: number, length = 40): Uint8Array => new Uint8Array(length).fill(value)
const LARGE = (1 << 21) + 7

const cases: Readonly<Record<string, (trial: Trial) => Promise<void>>> = {
  'is empty at first': async ({ reopen, expect }) => {
    const store = reopen()
    const { image, entries } = await store.open()
    expect([image, entries]).toEqual([null, []])
    await store.close()
  },
  'has what was appended, in order, behind a close and behind a death': async ({ reopen, die, expect }) => {
    const store = reopen()
    await store.open()
    for (let value = 1; value <= 300; value++) await store.append(entry(value % 251))
    await store.close()
    const again = reopen()
    expect(plain((await again.open()).entries)).toEqual(values(1, 300))
    await again.append(entry(7))
    await again.append(entry(8, LARGE))
    await die(again)
    const last = reopen()
    const { entries } = await last.open()
    expect(plain(entries)).toEqual([...values(1, 300), 7, 8])
    expect(entries.at(-1)?.length).toEqual(LARGE)
    await last.close()
  },
  'has an image in the place of all before it': async ({ reopen, die, expect }) => {
    const store = reopen()
    await store.open()
    await store.append(entry(1))
    await store.replace(entry(2, LARGE))
    await store.append(entry(3))
    await store.replace(entry(4))
    await store.append(entry(5))
    await store.append(entry(6))
    await die(store)
    const again = reopen()
    const { image, entries } = await again.open()
    expect([plain(image === null ? [] : [image]), plain(entries)]).toEqual([[4], [5, 6]])
    await again.append(entry(7))
    await again.close()
    const last = reopen()
    expect(plain((await last.open()).entries)).toEqual([5, 6, 7])
    await last.close()
  },
  'keeps empty entries and images apart from none': async ({ reopen, expect }) => {
    const store = reopen()
    await store.open()
    await store.replace(entry(0, 0))
    await store.append(entry(0, 0))
    await store.append(entry(1))
    await store.close()
    const again = reopen()
    const { image, entries } = await again.open()
    expect([image?.length, entries.map(({ length }) => length)]).toEqual([0, [0, 40]])
    await again.close()
  },
  'has read an entry when the promise settles: its memory is free again': async ({ reopen, expect }) => {
    const store = reopen()
    await store.open()
    const memory = entry(1)
    await store.append(memory)
    memory.fill(9)
    await store.close()
    const again = reopen()
    expect(plain((await again.open()).entries)).toEqual([1])
    await again.close()
  },
  'is open once at a time': async ({ reopen, second, expect }) => {
    if (second === null) return
    const store = reopen()
    await store.open()
    const other = second()
    await expect(other.open()).rejects.toMatchObject({ code: 'store-locked' })
    await other.close()
    await store.close()
    await store.close()
    const next = reopen()
    expect((await next.open()).entries).toEqual([])
    await next.close()
  },
  'writes nothing once it is closed': async ({ reopen, expect }) => {
    const store = reopen()
    await store.open()
    await store.close()
    await expect(store.append(entry(1))).rejects.toMatchObject({ code: 'store-closed' })
    await expect(store.replace(entry(1))).rejects.toMatchObject({ code: 'store-closed' })
  },
}

const plain = (entries: readonly Uint8Array[]): number[] => entries.map((bytes) => bytes[0])
const values = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, place) => (from + place) % 251)

/** Declares the suite for a store. */
export function storeConformance(tools: TestTools, name: string, create: () => Promise<StoreUnderTest>): void {
  tools.describe(`${name} keeps the contract of a store`, () => {
    for (const [title, body] of Object.entries(cases)) {
      tools.test(title, async () => {
        const store = await create()
        try {
          await body({ ...store, expect: (value) => tools.expect(value) })
        } finally {
          await store.dispose()
        }
      })
    }
  })
}
