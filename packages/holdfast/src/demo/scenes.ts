/** The small scenes of the demo: what is there, what is let go of, and who has to free how much of it. */
import { number } from '../replay/number-format.js'
import type { Sketch } from './sketch.js'

/** One thing let go of. */
export interface Act {
  readonly letGo: string
  /** Indexes of root entries. */
  readonly roots: readonly number[]
  /** The node that is killed, if one is. */
  readonly kills?: number
  /** How many objects each collector frees. */
  readonly frees: { readonly refcount: number; readonly lease?: number; readonly tracing: number }
  /** What to learn from it. */
  readonly remark: string
}

export interface Scene {
  readonly title: string
  readonly held: string
  readonly sketch: Sketch
  readonly acts: readonly Act[]
}

export const NODES = 4
const RING_LAPS = 250

function ring(hops: number): Sketch {
  const names = Array.from({ length: hops }, (_, hop) => `hop ${hop}`)
  return {
    objects: Object.fromEntries(names.map((name, hop) => [name, hop % NODES])),
    references: names.map((name, hop) => [name, names[(hop + 1) % hops]]),
    roots: [names[0]],
  }
}

const ACYCLIC: Scene = {
  title: 'An acyclic release',
  held: 'an order and what it refers to, 6 objects on 4 nodes, held by one root',
  sketch: {
    objects: { order: 0, customer: 1, lines: 2, address: 3, product: 1, supplier: 3 },
    references: [
      ['order', 'customer'],
      ['order', 'lines'],
      ['customer', 'address'],
      ['lines', 'product'],
      ['product', 'supplier'],
      ['supplier', 'address'],
    ],
    roots: ['order'],
  },
  acts: [
    {
      letGo: 'the root',
      roots: [0],
      frees: { refcount: 6, tracing: 0 },
      remark: 'the last holder of each lets go, node after node; no tracing needed',
    },
  ],
}

const TWO_WORKERS: Scene = {
  title: 'A cycle of two workers',
  held: 'a parent on one worker and a child on another that refer to each other, held by one root',
  sketch: {
    objects: { parent: 0, child: 1 },
    references: [
      ['parent', 'child'],
      ['child', 'parent'],
    ],
    roots: ['parent'],
  },
  acts: [
    {
      letGo: 'the root',
      roots: [0],
      frees: { refcount: 0, tracing: 2 },
      remark: 'each worker still holds the other: only the workers together can see that nobody else does',
    },
  ],
}

const RING: Scene = {
  title: 'A ring over all workers',
  held: `${number(NODES * RING_LAPS)} objects, each referring to one on the next worker, round and round, held by one root`,
  sketch: ring(NODES * RING_LAPS),
  acts: [
    {
      letGo: 'the root',
      roots: [0],
      frees: { refcount: 0, tracing: NODES * RING_LAPS },
      remark: 'every object is held by the one before: only the coordinator sees the ring whole',
    },
  ],
}

const STILL_HELD: Scene = {
  title: 'A cycle that is still held',
  held: 'a cycle of two workers, held by a root of its own and by a keeper on a third worker',
  sketch: {
    objects: { keeper: 2, one: 0, other: 1 },
    references: [
      ['keeper', 'one'],
      ['one', 'other'],
      ['other', 'one'],
    ],
    roots: ['keeper', 'other'],
  },
  acts: [
    {
      letGo: `the cycle's own root`,
      roots: [1],
      frees: { refcount: 0, tracing: 0 },
      remark: 'it stays: the keeper still refers to it',
    },
    {
      letGo: 'the keeper',
      roots: [0],
      frees: { refcount: 1, tracing: 2 },
      remark: 'now nothing refers to the cycle but itself',
    },
  ],
}

const WORKER_GONE: Scene = {
  title: 'A worker that dies',
  held: 'a session on one worker holds a cache, a log and a pair of windows on others; the log has a reader of its own',
  sketch: {
    objects: { session: 1, cache: 0, entry: 2, log: 0, reader: 2, left: 2, right: 3 },
    references: [
      ['session', 'cache'],
      ['cache', 'entry'],
      ['session', 'log'],
      ['reader', 'log'],
      ['session', 'left'],
      ['left', 'right'],
      ['right', 'left'],
    ],
    roots: ['session', 'reader'],
  },
  acts: [
    {
      letGo: 'nothing; the worker with the session is terminated',
      roots: [],
      kills: 1,
      frees: { refcount: 0, lease: 2, tracing: 2 },
      remark: 'its lease runs out: cache and entry go, then the windows, a cycle by now; the log stays for its reader',
    },
  ],
}

export const SCENES: readonly Scene[] = [ACYCLIC, TWO_WORKERS, RING, STILL_HELD, WORKER_GONE]
