/** Reports as a few nodes might send them: sound in form, each condition met most of the time, so that verdicts go both ways. */
import { type Incarnation, nodeId, Random } from '@holdfast/core'
import { Collage } from '../../src/collage.js'
import { importCount, type Report, type ReportedPeer } from '../../src/index.js'

const NAMES = ['alice', 'bob', 'carol', 'dave']
const MAX_ID = 4

export function randomReports(seed: number): Report[] {
  return new Generator(new Random(Math.imul(seed, 2654435761) + 1)).reports()
}

/** The same with some vertices weakly held, in two reports of three. */
export function weakReports(seed: number): Report[] {
  const random = new Random(Math.imul(seed, 40503) + 7)
  return randomReports(seed).map((report) => {
    const places = [...Array(report.references.offsets.length - 1 + importCount(report)).keys()]
    const weak = random.chance(0.65) ? places.filter(() => random.chance(0.3)) : []
    return weak.length > 0 ? { ...report, weak } : report
  })
}

export function collageOf(reports: readonly Report[]): Collage {
  const collage = new Collage()
  for (const report of reports) collage.add(report)
  return collage
}

class Generator {
  readonly #random: Random
  readonly #names: string[]
  readonly #exports = new Map<string, number[]>()
  /** `owner>holder` → the ids that the owner has rows of. */
  readonly #rows = new Map<string, number[]>()

  constructor(random: Random) {
    this.#random = random
    this.#names = NAMES.slice(0, random.pick([1, 2, 2, 3, 3, 4]))
    for (const name of this.#names) this.#exports.set(name, this.#subset(ids(MAX_ID), 0.7))
    for (const owner of this.#names) {
      for (const holder of this.#names) {
        if (holder !== owner) this.#rows.set(`${owner}>${holder}`, this.#subset(this.#exports.get(owner) ?? [], 0.6))
      }
    }
  }

  reports(): Report[] {
    // Now and then one is missing.
    return this.#names.filter(() => this.#random.chance(0.95)).map((name) => this.#report(name))
  }

  #report(name: string): Report {
    const exports = this.#exports.get(name) ?? []
    const peers = this.#names.filter((other) => other !== name).map((other) => this.#peer(name, other, exports))
    const imports = peers.reduce((sum, peer) => sum + peer.imports.ids.length, 0)
    return {
      node: nodeId(name),
      incarnation: 1 as Incarnation,
      number: 1 + this.#random.below(3),
      clock: this.#mostly(2),
      exports: {
        ids: exports,
        versions: exports.map(() => this.#random.below(5)),
        quarantined: this.#subset([...exports.keys()], 0.05),
      },
      peers: peers.filter((peer) => peer.rows.exports.length + peer.imports.ids.length > 0),
      references: this.#references(exports.length, imports),
    }
  }

  #peer(name: string, other: string, exports: readonly number[]): ReportedPeer {
    const rows = this.#rows.get(`${name}>${other}`) ?? []
    const held = new Set(this.#rows.get(`${other}>${name}`))
    const imports = ids(MAX_ID).filter((id) => this.#random.chance(held.has(id) ? 0.92 : 0.1))
    return {
      node: nodeId(other),
      incarnation: (this.#random.chance(0.98) ? 1 : 2) as Incarnation,
      session: this.#random.chance(0.97) ? 7 : this.#random.below(3),
      sent: this.#mostly(2),
      received: this.#mostly(2),
      rows: { exports: rows.map((id) => exports.indexOf(id)), granted: this.#stamps(rows), added: this.#stamps(rows) },
      imports: { ids: imports, used: this.#stamps(imports), clocks: this.#stamps(imports) },
    }
  }

  #references(exports: number, imports: number): Report['references'] {
    const inner = exports === 0 ? 0 : this.#random.below(3)
    const sources = exports + inner
    const offsets = [0]
    const targets: number[] = []
    for (let vertex = 0; vertex < sources; vertex++) {
      targets.push(...this.#subset([...Array(sources + imports).keys()], 1 / (sources + imports)))
      offsets.push(targets.length)
    }
    return { inner: [...Array(inner).keys()], offsets: Uint32Array.from(offsets), targets: Uint32Array.from(targets) }
  }

  #subset(list: readonly number[], probability: number): number[] {
    return list.filter(() => this.#random.chance(probability))
  }

  #stamps(rows: readonly number[]): number[] {
    return rows.map(() => this.#random.below(3))
  }

  /** The value that meets every condition, or a lower one. */
  #mostly(value: number): number {
    return this.#random.chance(0.94) ? value : this.#random.below(value)
  }
}

const ids = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
