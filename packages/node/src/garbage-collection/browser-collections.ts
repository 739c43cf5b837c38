/** What `node-collections.ts` is in Node, for platforms that show little of their collector. */

/** Only in browsers that were started with `--js-flags=--expose-gc`. */
export { exposedCollection as forcedCollection } from './exposed-collection.js'

/** Nobody tells of collections here. */
export function watchCollections(_onNatural: () => void): () => void {
  return () => {}
}

export function inOwnTask(job: () => void): void {
  setTimeout(job, 0)
}
