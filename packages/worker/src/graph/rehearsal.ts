/**
 * A rehearsal: small random graphs that a cluster loads, drops and collects before it is given the real one. Threads that
 * have just started run the collector's code in V8's interpreter, several times slower, while the compilers of all
 * of them take the processors away; V8's own collector, beside which the run is measured, is compiled ahead of time and
 * has its warm-ups too. Only the nodes themselves can rehearse: the same code run elsewhere in their threads did not help.
 */
import { Random } from '@holdfast/core'
import type { Partition, Release } from './graph-cluster.js'

/** How often, and with how many objects in all: as many as it took until more did not help. */
export const REHEARSALS = 6
const OBJECTS = 8000
const REFERENCES_EACH = 4
/** One object in so many is a root. */
const OBJECTS_A_ROOT = 6

/** A random graph whose objects go to the nodes in turn. */
export function rehearsalPartitions(nodes: number, seed: number): Partition[] {
  const random = new Random(seed)
  const each = Math.floor(OBJECTS / nodes)
  return Array.from({ length: nodes }, (_, node) => {
    const objects = Uint32Array.from({ length: each }, (_, index) => index * nodes + node)
    const targets = Uint32Array.from({ length: each * REFERENCES_EACH }, () => random.below(each * nodes))
    return {
      objects,
      offsets: Uint32Array.from({ length: each + 1 }, (_, index) => index * REFERENCES_EACH),
      targets,
      owners: Uint8Array.from(targets, (label) => label % nodes),
      roots: objects.filter((_, index) => index % OBJECTS_A_ROOT === 0),
    }
  })
}

/** Lets go of all roots of a partition. */
export function releaseAll({ roots }: Partition): Release {
  return { roots, sources: new Uint32Array(0), targets: new Uint32Array(0) }
}
