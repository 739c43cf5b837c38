/**
 * What an object is called outside: `m1.1733012345678/42` is the 42nd that the node `m1` has made in that lifetime, and `m1.1733012345678/plain43`
 * the 43rd, which is no cell. It says where the object lives, and whoever holds it knows it by heart: so a reference that leads to another object shows.
 */
export type Tag = string

/** A lifetime of a node: `m1.1733012345678`. */
export type Lifetime = string

export const lifetimeName = (node: string, incarnation: number): Lifetime => `${node}.${incarnation}`
export const tagOf = (lifetime: Lifetime, number: number): Tag => `${lifetime}/${number}`
export const plainTag = (lifetime: Lifetime, number: number): Tag => `${lifetime}/plain${number}`
export const isPlain = (tag: Tag): boolean => tag.includes('/plain')
export const deskTag = (lifetime: Lifetime): Tag => `${lifetime}/desk`
export const lifetimeOf = (tag: Tag): Lifetime => tag.slice(0, tag.indexOf('/'))
export const nodeOf = (tagOrLifetime: string): string => tagOrLifetime.slice(0, tagOrLifetime.indexOf('.'))

/** What an object tells besides its name: to be right, it has to be that very object. */
export function valueOf(tag: Tag): number {
  let hash = 17
  for (let place = 0; place < tag.length; place++) hash = (hash * 31 + tag.charCodeAt(place)) >>> 0
  return hash
}
