/** Goes wherever a member's references lead, and calls everything on the way: what is held has to be there, and be what it should be. */
import type { Held } from './hand.js'
import { type Lifetime, lifetimeOf, type Tag } from './tag.js'
import { SLOTS } from './things.js'
import type { Workload } from './workload.js'

export interface Walked {
  /** What the member itself holds, desks included. */
  readonly held: readonly Tag[]
  /** What each object refers to. */
  readonly links: Readonly<Record<Tag, readonly Tag[]>>
  /** Whether all calls were answered: else the network was in the way. */
  readonly isWhole: boolean
}

export async function walk(workload: Workload, live: ReadonlySet<Lifetime>): Promise<Walked> {
  const isLive = (tag: Tag): boolean => live.has(lifetimeOf(tag))
  const links: Record<Tag, Tag[]> = {}
  const ahead: Held[] = workload.hand.all.filter(({ tag }) => isLive(tag))
  const held = [...ahead.map(({ tag }) => tag), ...workload.heldDesks]
  const seen = new Set(ahead.map(({ tag }) => tag))
  let isWhole = true
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const told = await workload.tell(next)
    if (told === null) isWhole = false
    links[next.tag] = []
    for (const slot of SLOTS) {
      const tag = told?.links[slot]
      if (tag === undefined || !isLive(tag)) continue
      links[next.tag].push(tag)
      if (seen.has(tag)) continue
      seen.add(tag)
      const ref = await workload.follow(next, slot, tag)
      if (ref === null) isWhole = false
      else ahead.push({ ref, tag })
    }
  }
  return { held, links, isWhole }
}
