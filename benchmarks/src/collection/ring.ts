import type { Partition, Release } from '@holdfast/worker'

/** A ring, hop after hop on the next node, round and round; hop 0 is held by one root. O(hops). */
export function ringPartitions(hops: number, nodes: number): Partition[] {
  return Array.from({ length: nodes }, (_, node) => {
    const objects: number[] = []
    for (let hop = node; hop < hops; hop += nodes) objects.push(hop)
    const targets = objects.map((hop) => (hop + 1) % hops)
    return {
      objects: Uint32Array.from(objects),
      offsets: Uint32Array.from({ length: objects.length + 1 }, (__, index) => index),
      targets: Uint32Array.from(targets),
      owners: Uint8Array.from(targets, (hop) => hop % nodes),
      roots: Uint32Array.from(node === 0 ? [0] : []),
    }
  })
}

/** Lets go of the root. */
export function ringReleases(nodes: number): Release[] {
  return Array.from({ length: nodes }, (_, node) => ({
    roots: Uint32Array.from(node === 0 ? [0] : []),
    sources: new Uint32Array(0),
    targets: new Uint32Array(0),
  }))
}
