/** Says of a journal what must be there, and what must be there once everything has been collected. */
import type { HolderRecord, Journal } from './journal.js'

/** What one node's tables must have when everything has been collected. */
export interface ExpectedTables {
  readonly exports: number
  readonly imports: number
  readonly managed: number
}

/** Everything that ordinary code can come to. O(objects and references) */
export function reachable(journal: Journal): Set<number> {
  return closure(
    journal,
    journal.holders.flatMap((holder) => [...journal.rootsOf(holder)]),
  )
}

/**
 * What is left when everything has been collected: what is reachable, and besides, as an ordinary object is a root while another node holds
 * it, the cycles over nodes that lead through one.
 */
export function remaining(journal: Journal): Set<number> {
  const roots = journal.holders.flatMap((holder) => [...journal.rootsOf(holder)])
  let kept = new Set([...journal.objects.keys()].filter((id) => journal.isThere(id)))
  for (;;) {
    const pinned = journal.holders.flatMap((holder) =>
      [...importsOf(journal, holder, kept)].filter((id) => journal.record(id).kind === 'ordinary'),
    )
    const less = closure(journal, [...roots, ...pinned])
    const isSettled = [...kept].every((id) => less.has(id))
    if (isSettled) return kept
    kept = new Set([...kept].filter((id) => less.has(id)))
  }
}

/** @param kept the objects that there are @param perManaged how many entries a managed object and its collections are */
export function expectedTables(
  journal: Journal,
  kept: ReadonlySet<number>,
  perManaged: number,
): Map<string, ExpectedTables> {
  const imports = new Map(journal.holders.map((holder) => [holder.name, importsOf(journal, holder, kept)]))
  const exported = new Set([...imports.values()].flatMap((ids) => [...ids]))
  const tables = journal.holders.map(({ name }): [string, ExpectedTables] => {
    const own = [...kept].map((id) => journal.record(id)).filter(({ home }) => home === name)
    return [
      name,
      {
        exports: own.filter(({ id }) => exported.has(id)).length,
        imports: imports.get(name)?.size ?? 0,
        managed: perManaged * own.filter(({ kind }) => kind === 'managed').length,
      },
    ]
  })
  return new Map(tables)
}

/** What a node refers to on others: its roots, and what its objects refer to. */
function importsOf(journal: Journal, holder: HolderRecord, kept: ReadonlySet<number>): Set<number> {
  const ids = journal.rootsOf(holder)
  for (const id of kept) {
    const record = journal.record(id)
    if (record.home === holder.name) for (const target of journal.referencesOf(record)) ids.add(target)
  }
  return new Set([...ids].filter((id) => journal.record(id).home !== holder.name))
}

/** What some objects lead to, themselves included. */
export function closure(journal: Journal, roots: Iterable<number>): Set<number> {
  const found = new Set(roots)
  for (const id of found) for (const target of journal.referencesOf(journal.record(id))) found.add(target)
  return found
}
