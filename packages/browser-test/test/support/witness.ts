/** What the witnesses in a page or worker say, and V8 made to listen. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'playwright-core'
import { expect } from 'vitest'

/** Where a node lives: a page or a worker. */
export type Realm = Pick<Worker, 'evaluate'>

/** How many of the witnessed objects are still in memory in each. The question keeps none beyond its own job. */
export function leftIn(realms: readonly Realm[]): Promise<number[]> {
  const left = (): number => globalThis.witnesses.filter((witness) => witness.deref() !== undefined).length
  return Promise.all(realms.map((realm) => realm.evaluate(left)))
}

/** How many were witnessed in each, ever. */
export function madeIn(realms: readonly Realm[]): Promise<number[]> {
  return Promise.all(realms.map((realm) => realm.evaluate(() => globalThis.witnesses.length)))
}

/** Exports and imports of each node. */
export function tablesIn(realms: readonly Realm[]): Promise<number[][]> {
  const tables = (): number[] => [globalThis.node.tables.exports, globalThis.node.tables.imports]
  return Promise.all(realms.map((realm) => realm.evaluate(tables)))
}

/** A whole round, at one node. */
export function roundAt(realm: Realm): Promise<{ condemned: number; missing: readonly string[] }> {
  return realm.evaluate(() => globalThis.node.collect())
}

/** Forces V8 to collect, where it was started with `--expose-gc`, and lets finalizers run. */
export async function collectGarbage(realms: readonly Realm[]): Promise<void> {
  for (const realm of realms) {
    await realm.evaluate(() => globalThis.gc?.())
    await realm.evaluate(() => new Promise((macrotask) => void setTimeout(macrotask, 0)))
  }
}

/** Litters as a busy program does: some 60 MB that live for a moment, so that V8 collects by itself before long. */
export async function litter(realms: readonly Realm[]): Promise<void> {
  const make = (): number => {
    const kept: object[] = []
    for (let at = 0; at < 300_000; at++) kept.push({ at, more: Array.from({ length: 8 }, () => at) })
    return kept.length
  }
  for (const realm of realms) await realm.evaluate(make)
}

/** Does something again and again until something else holds. @throws when that does not come in time */
export async function until(holds: () => Promise<boolean>, again: () => Promise<void>): Promise<void> {
  const begun = performance.now()
  while (!(await holds())) {
    expect(performance.now() - begun, 'ms waited').toBeLessThan(20_000)
    await again()
    await sleep(20)
  }
}

/** Whether each of some counts is a given one. */
export async function all(counts: Promise<readonly number[]>, expected: number): Promise<boolean> {
  return (await counts).every((count) => count === expected)
}
