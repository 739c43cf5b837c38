/** What an exact trace tells, of the moment at which it was made. It holds none of the objects. */
export interface ExactTrace {
  /**
   * Whether the roots of V8 reach it otherwise than through the holders. O(1).
   * @throws UsageError `no-such-tag`
   */
  isReachable(tag: number): boolean

  /**
   * Which other tagged objects it leads to, directly or through objects that are not tagged, ascending. What the roots reach without any
   * tagged object is not followed: whatever that leads to is reachable anyway (from any object one comes to its class, and from
   * there to everything global). So a tagged object is reachable exactly when the roots lead to it, or to one that leads to it.
   * A WeakMap's value is told of the key; where a tagged object holds the map and another the key, that is more than needed, never less.
   * O(objects between them).
   * @throws UsageError `no-such-tag`
   */
  referencesOf(tag: number): readonly number[]

  /**
   * What keeps it, as a shortest path in words: `globalThis.lobby.members[3].listener (closure at chat.js:12:5)`; null when nothing but the
   * holders does. The first call takes O(nodes + edges).
   * @throws UsageError `no-such-tag`
   */
  explain(tag: number): string | null

  /** Bytes that V8 wrote. */
  readonly snapshotBytes: number
}
