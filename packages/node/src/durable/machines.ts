/** The collector and the heap of a durable node: made anew, or led to where an earlier process of the node stopped. */
import type { CollectorOptions, GiftTokenOptions } from '@holdfast/collector'
import { type Incarnation, type NodeId, type Rules, WIRE_CODEC } from '@holdfast/core'
import { DEFAULT_LEASE } from '@holdfast/lease'
import { type Stored, StoreError } from '@holdfast/store'
import { giftTokens } from '../gift-tokens.js'
import { checksOf } from './checks.js'
import { DurableHeap } from './durable-heap.js'
import { OP } from './entry-format.js'
import { fromHex, toHex } from './hex.js'
import {
  decodeNodeImage,
  ENTRIES_VERSION,
  encodeNodeImage,
  type NodeImageHeader,
  type NodeImageState,
  STATE_VERSION,
} from './node-image.js'
import { OpenCalls } from './open-calls.js'
import { RecordedCollector } from './recorded-collector.js'
import { Recorder } from './recorder.js'
import { Replay } from './replay.js'

export interface MachineOptions {
  readonly node: NodeId
  /** Of a node whose store is empty. */
  readonly incarnation: Incarnation
  readonly collector: Omit<CollectorOptions, 'node' | 'incarnation'>
  readonly rules?: Rules | undefined
}

/** What a node begins with, or went on with before. */
type Origin = Pick<NodeImageHeader, 'incarnation' | 'giftSecret'>

export class Machines {
  readonly recorder = new Recorder()
  readonly openCalls = new OpenCalls()
  readonly heap = new DurableHeap(this.recorder)
  readonly collector: RecordedCollector
  readonly incarnation: Incarnation
  readonly #options: MachineOptions
  readonly #giftTokens: GiftTokenOptions
  #replay: Replay | null = null

  private constructor(options: MachineOptions, { incarnation, giftSecret }: Origin) {
    this.#options = options
    this.incarnation = incarnation
    const tokens = options.collector.giftTokens ?? giftTokens()
    // Gifts that are under way were proved with the secret of before.
    this.#giftTokens = giftSecret === undefined ? tokens : { ...tokens, secret: fromHex(giftSecret) }
    const { trusts, lists } = options.collector
    const ask = (question: () => boolean): boolean => this.#replay?.answer() ?? this.recorder.answered(question())
    const asking: CollectorOptions = {
      ...options.collector,
      node: options.node,
      incarnation,
      giftTokens: this.#giftTokens,
      ...(trusts === undefined ? {} : { trusts: (coordinator) => ask(() => trusts(coordinator)) }),
      ...(lists === undefined ? {} : { lists: (id) => ask(() => lists(id)) }),
    }
    this.collector = new RecordedCollector(asking, this, options.rules)
  }

  /**
   * What a store holds, come to life; what nothing was stored of, begins. O(state + what was recorded since its image).
   * @throws StoreError `store-foreign`, `store-version`, `store-corrupt`
   */
  static load(options: MachineOptions, { image, entries }: Stored): Machines {
    if (image === null) {
      if (entries.length === 0) return new Machines(options, { incarnation: options.incarnation })
      throw new StoreError('store-corrupt', 'the store has entries of no known node: delete it')
    }
    const { header, state } = decodeNodeImage(image)
    checkHeader(header, options, entries.length > 0)
    const machines = new Machines(options, header)
    machines.recorder.quietly(() => {
      if (state !== null) machines.#restore(state)
      machines.#follow(entries)
    })
    return machines
  }

  /** All of it as bytes: between two turns, behind a `checkpoint`. O(state). */
  image(): Uint8Array {
    const header: NodeImageHeader = {
      node: this.#options.node,
      incarnation: this.incarnation,
      giftSecret: toHex(this.#giftTokens.secret),
      settings: settingsOf(this.#options),
      stateVersion: STATE_VERSION,
      entriesVersion: ENTRIES_VERSION,
    }
    const { collector, heap, openCalls } = this
    return encodeNodeImage({
      header,
      state: { collector: collector.image(), heap: heap.image(), openCalls: openCalls.image() },
    })
  }

  /** The last operation of an entry: what all before it lead to. */
  seal(): void {
    const writer = this.recorder.writer()
    writer?.byte(OP.check)
    for (const sum of checksOf(this.collector, this.heap)) writer?.integer(sum)
  }

  #restore({ collector, heap, openCalls }: NonNullable<NodeImageState>): void {
    this.collector.restore(collector)
    this.heap.restore(heap)
    this.openCalls.restore(openCalls)
  }

  #follow(entries: readonly Uint8Array[]): void {
    this.#replay = new Replay(this.collector, this.heap)
    for (const entry of entries) this.#replay.entry(entry)
    this.#replay = null
  }
}

function checkHeader(header: NodeImageHeader, options: MachineOptions, hasEntries: boolean): void {
  if (header.node !== options.node) {
    throw new StoreError('store-foreign', `the store belongs to ${header.node}: give each node its own`, {
      node: header.node,
    })
  }
  if (!hasEntries) return
  if (header.entriesVersion !== ENTRIES_VERSION) {
    throw new StoreError(
      'store-version',
      'another version of Holdfast did not stop in good order: start that version once and stop it, then this one',
      { version: header.entriesVersion, reads: ENTRIES_VERSION },
    )
  }
  const settings = settingsOf(options)
  if (header.settings === settings) return
  throw new StoreError(
    'store-version',
    'the node did not stop in good order, and has other settings now: start it once with the old ones and stop it',
    { settings, before: header.settings },
  )
}

/** What the collector decides by, besides what happens: with other settings the same entries would lead elsewhere. */
function settingsOf({ collector, rules }: MachineOptions): string {
  const { lease = DEFAULT_LEASE, limits, idsPerMessage, reportPartBytes, codec = WIRE_CODEC, trusts, lists } = collector
  return JSON.stringify({
    lease,
    limits,
    idsPerMessage,
    reportPartBytes,
    isWire: codec === WIRE_CODEC,
    asks: [trusts !== undefined, lists !== undefined],
    hasAllRules: rules === undefined,
  })
}
