// A process with one node, which does what its parent says: `{ id, deed, args }` in, `{ id, value }` or `{ id, error }` out.
import { setImmediate as macrotask } from 'node:timers/promises'
import { byReference, createNode, Managed } from 'holdfast'

/** Objects of classes that are traced, for cycles. */
class Cell extends Managed {
  count = 0
  other = null
  add(more) {
    this.count += more
    return this.count
  }
  refer(other) {
    this.other = other
  }
  referred() {
    return this.other
  }
}

const { name, options, network } = JSON.parse(process.argv[2])
// Links are opened where the test says, and nowhere else.
const webSocket = network.isTold === false ? { ...options.webSocket, mayDial: () => false } : options.webSocket
const node = createNode({ id: name, rounds: null, ...options, webSocket })
/** What this process holds, by name. */
const held = new Map()
/** Its own objects that are no managed ones: each a WeakRef, to see its memory go. */
const weak = new Map()
/** What was told to be gone. */
const reclaimed = []
const events = []
/** What was thrown and reached nobody. */
const uncaught = []
const TYPES = ['peer-up', 'peer-down', 'peer-gone', 'peer-expired', 'peer-restarted', 'alarm']
for (const type of TYPES) {
  node.on(type, ({ peer }) => events.push(`${type} ${peer}`))
}

const deeds = {
  listen: async (port) => (await node.listen(port)).address,
  connect: (url, settings) => node.connect(url, settings),
  join: async (cluster) => {
    const { natsNetwork } = await import('@holdfast/transport/nats')
    await node.join(natsNetwork({ ...network, cluster }))
  },
  make(key) {
    const cell = new Cell()
    node.onReclaimed(cell, () => reclaimed.push(key))
    held.set(key, cell)
  },
  makeOrdinary(key) {
    let count = 0
    const object = byReference({ add: (more) => (count += more) })
    weak.set(key, new WeakRef(object))
    held.set(key, object)
  },
  publish: (key) => node.publish(key, held.get(key)),
  unpublish: (key) => node.unpublish(key),
  lookup: async (peer, key) => void held.set(key, await node.lookup(peer, key)),
  refer: (key, other) => held.get(key).refer(held.get(other)),
  take: async (key, from) => void held.set(key, await held.get(from).referred()),
  add: (key, more) => held.get(key).add(more),
  forget: (key) => held.delete(key),
  revive: (key) => weak.get(key)?.deref() !== undefined,
  async gc() {
    for (let pass = 0; pass < 2; pass++) {
      await macrotask()
      globalThis.gc()
      await macrotask()
    }
    await node.collectLocally()
  },
  /** From now on all that it is told of fails: what became of peers, of references, of its objects. */
  failAll() {
    const fail = (what) => () => {
      throw new Error(`of ${what}`)
    }
    process.on('uncaughtException', ({ message }) => uncaught.push(message))
    for (const type of TYPES) node.on(type, fail(type))
  },
  failWhenBroken(key) {
    node.onBroken(held.get(key), () => {
      throw new Error(`of ${key}`)
    })
    node.onBroken(held.get(key), () => events.push(`broken ${key}`))
  },
  uncaught: () => uncaught,
  referrers: (key) =>
    node
      .referrers(weak.get(key)?.deref() ?? held.get(key))
      .map(({ node }) => node)
      .sort(),
  collect: async () => (await node.collect()).condemned,
  state: () => ({ reclaimed, events, peers: node.peers, tables: node.tables, pendingCalls: node.stats().pendingCalls }),
  close() {
    node.close()
    process.disconnect()
  },
}

async function answer({ id, deed, args }) {
  try {
    process.send({ id, value: await deeds[deed](...args) })
  } catch (error) {
    process.send({ id, error: { name: error.name, code: error.code, message: error.message } })
  }
}
process.on('message', (task) => void answer(task))
// Whoever started it is gone.
process.on('disconnect', () => setTimeout(() => process.exit(), 2000).unref())
process.send({ id: 0, value: 'ready' })
