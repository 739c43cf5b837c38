import { fileURLToPath } from 'node:url'
import type { CutKind } from '../../src/heap-graph/cut.js'

/** The shipped heap of a TypeScript compiler. */
export const HEAP = fileURLToPath(new URL('../../fixtures/typescript-heap.rhg.gz', import.meta.url))

/** The command as users start it. */
export const COMMAND = fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url))

export interface KnownCut {
  readonly cut: CutKind
  readonly count: number | 'all'
  readonly garbage: number
  /** Of the garbage, on 4 nodes with the hash partition. */
  readonly onlyTracing: number
  readonly fingerprint: string
}

/** What `fixtures/README.md` says of the shipped heap, seed 1. */
export const KNOWN_CUTS: readonly KnownCut[] = [
  {
    cut: 'edges',
    count: 10_000,
    garbage: 3935,
    onlyTracing: 240,
    fingerprint: '7d534be13776a7973e9ee7793807e89034cf4766f7ed7bd864ae8d4ea1ad43ad',
  },
  {
    cut: 'nodes',
    count: 2000,
    garbage: 9424,
    onlyTracing: 1459,
    fingerprint: '2d2d2fb1ff455e911ed96960511579022db2aa77f54f10a10d83b188b569aa6d',
  },
  {
    cut: 'nodes',
    count: 20_000,
    garbage: 64_586,
    onlyTracing: 11_171,
    fingerprint: 'bffeaf47e5a68dc4b61e1d662a734e6dadebb5bef27cd20dccbb1e646bbc7f58',
  },
  {
    cut: 'roots',
    count: 5000,
    garbage: 405,
    onlyTracing: 4,
    fingerprint: '6e55b295942e3d1977ad49e5f0b03159b25000b5389025bcaafd1b4765a3e34e',
  },
  {
    cut: 'roots',
    count: 'all',
    garbage: 220_986,
    onlyTracing: 217_597,
    fingerprint: '48c570be2524298cc3203bbf04ca88931bb73d846e37f6be3ef2363c842bab62',
  },
]

/** The cut that drops the whole program. */
export const DROP_ALL = KNOWN_CUTS[4]
