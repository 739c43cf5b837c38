/** What has to be where, by what all members have found when they went along their references. */
import { deskTag, type Lifetime, lifetimeOf, type Tag } from '../workload/tag.js'
import type { Walked } from '../workload/walk.js'

export interface Expected {
  /** Its own objects that somebody reaches. */
  readonly living: readonly Tag[]
  /** How many of its objects, the desk included, others hold. */
  readonly exports: number
  /** How many objects of others it holds. */
  readonly imports: number
}

/** @returns of each lifetime what it has to have, and what not */
export function expectedOf(walks: ReadonlyMap<Lifetime, Walked>): Map<Lifetime, Expected> {
  const links = new Map<Tag, readonly Tag[]>()
  for (const walked of walks.values()) for (const [tag, to] of Object.entries(walked.links)) links.set(tag, to)
  const isDesk = (tag: Tag): boolean => tag === deskTag(lifetimeOf(tag))
  const imports = new Map<Lifetime, Set<Tag>>([...walks.keys()].map((lifetime) => [lifetime, new Set()]))
  const holds = (holder: Lifetime, tag: Tag): void => {
    if (lifetimeOf(tag) !== holder) imports.get(holder)?.add(tag)
  }
  for (const [lifetime, { held }] of walks) for (const tag of held) holds(lifetime, tag)
  for (const [tag, to] of links) for (const other of to) holds(lifetimeOf(tag), other)
  const exported = new Set([...imports.values()].flatMap((tags) => [...tags]))
  return new Map(
    [...walks.keys()].map((lifetime) => [
      lifetime,
      {
        living: [...links.keys()].filter((tag) => lifetimeOf(tag) === lifetime && !isDesk(tag)),
        exports: [...exported].filter((tag) => lifetimeOf(tag) === lifetime).length,
        imports: imports.get(lifetime)?.size ?? 0,
      },
    ]),
  )
}
