/** One snapshot of this very process, in which small worlds were built that V8 must have seen right. */
import { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { createContext, runInContext } from 'node:vm'
import { MessageChannel } from 'node:worker_threads'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ExactTrace, traceExact } from '../src/exact/index.js'

class Thing {
  [name: string]: unknown
}

/** What the worlds below keep alive on purpose, below `globalThis.exactWorld`. */
const kept = new Thing()
const tagged = new Map<number, object>()
const tags = new Map<string, number>()
const registry = new Map<string, object>()
const members = new Set<object>()
const metadata = new WeakMap<object, object>()
const rows: object[] = []
const cleanups: (() => void)[] = []

/** Builds in a frame that is gone when the snapshot is taken. */
function tag(name: string, build: () => object): void {
  tags.set(name, tags.size + 1)
  tagged.set(tags.size, build())
}

function lostWorlds(): void {
  tag('closure cycle', () => {
    const thing = new Thing()
    thing['method'] = () => thing
    return thing
  })
  tag('cycle of all sorts', () => {
    const thing = new Thing()
    const bound = Object.assign.bind(null, thing)
    const generator = (function* () {
      yield 1
      return bound
    })()
    generator.next()
    const map = new Map([[[generator], new Set([1])]])
    thing['pending'] = new Promise(() => {}).then(() => map)
    return thing
  })
  tag('target of a WeakRef', () => {
    const thing = new Thing()
    kept['weakRef'] = new WeakRef(thing)
    return thing
  })
  tag('registered for finalization', () => {
    const thing = new Thing()
    const finalization = new FinalizationRegistry(() => {})
    kept['finalization'] = finalization
    finalization.register(thing, 1, thing)
    return thing
  })
  tag('value of a dead key', () => {
    const map = new WeakMap()
    kept['mapOfDeadKey'] = map
    const value = new Thing()
    map.set(value, { value, back: value })
    return value
  })
  tag('value in a dead map', () => {
    const key = new Thing()
    kept['keyOfDeadMap'] = key
    const value = new Thing()
    const map = new WeakMap([[key, value]])
    value['map'] = map
    return value
  })
  tag('held by a holder Map', () => entered(new Thing()))
  tag('held by a holder Set', () => {
    const thing = new Thing()
    members.add(thing)
    return thing
  })
  tag('held by a holder array', () => {
    const thing = new Thing()
    rows.push(thing)
    return thing
  })
  tag('value of a live key in a holder WeakMap', () => {
    const key = new Thing()
    kept['keyInHolder'] = key
    const value = new Thing()
    metadata.set(key, value)
    return value
  })
  tag('cycle by way of a weak native handle', () => {
    const hash = createHash('sha1')
    const thing = new Thing()
    thing['hash'] = hash
    const symbol = Object.getOwnPropertySymbols(hash).find((name) => String(name).includes('kHandle'))
    Object.assign(Reflect.get(hash, symbol!) as object, { thing })
    return thing
  })
  tag('cycle by way of a whole context', () => {
    const context = createContext({})
    const thing = runInContext('globalThis.thing = new (class Foreign { next = () => this })()', context) as object
    return Object.assign(thing, { context })
  })
}

/** A closure whose scope has nothing else. */
function holding(thing: object): () => object {
  return () => thing
}

function entered(thing: Thing): Thing {
  registry.set('thing', thing)
  return thing
}

function keptWorlds(): void {
  tag('property', () => {
    kept['lobby'] = { members: [0, 0, 0, { listener: () => 0 }] }
    return (kept['lobby'] as { members: { listener: object }[] }).members[3].listener
  })
  tag('variable', () => {
    const captured = new Thing()
    kept['odd name'] = function reader() {
      return captured
    }
    return captured
  })
  tag('timer', () => {
    const thing = new Thing()
    setTimeout(() => thing, 1e8).unref()
    return thing
  })
  tag('entry of a Map', () => {
    const thing = new Thing()
    kept['map'] = new Map([['key', thing]])
    return thing
  })
  tag('held value', () => {
    const thing = new Thing()
    const finalization = new FinalizationRegistry(() => {})
    kept['heldValues'] = finalization
    finalization.register(kept, thing)
    return thing
  })
  tag('value of a live key in a live map', () => {
    const key = new Thing()
    const value = new Thing()
    kept['liveKey'] = key
    kept['liveMap'] = new WeakMap([[key, value]])
    return value
  })
  tag('value of a live key with an endless name', () => {
    const key = new RegExp('x'.repeat(2000))
    const value = new Thing()
    kept['longKey'] = key
    kept['longMap'] = new WeakMap([[key, value]])
    return value
  })
  tag('reaction', () => {
    const thing = new Thing()
    kept['promise'] = new Promise(() => {})
    void (kept['promise'] as Promise<void>).then(() => thing)
    return thing
  })
  tag('private field', () => {
    const thing = new Thing()
    kept['private'] = new (class {
      readonly #secret = thing
      read(): object {
        return this.#secret
      }
    })()
    return thing
  })
  tag('listener', () => {
    const emitter = new EventEmitter()
    kept['emitter'] = emitter
    const thing = new Thing()
    emitter.on('news', () => thing)
    return thing
  })
  tag('local of a waiting function', () => {
    const thing = new Thing()
    async function waiting(): Promise<Thing> {
      const local = thing
      await new Promise((resolve) => {
        kept['resolve'] = resolve
      })
      return local
    }
    void waiting()
    return thing
  })
  tag('property of an open port', () => {
    const { port1, port2 } = new MessageChannel()
    const thing = new Thing()
    Object.assign(port1, { thing })
    port1.on('message', () => {})
    port1.unref()
    cleanups.push(() => {
      port1.close()
      port2.close()
    })
    return thing
  })
}

function referringWorlds(): void {
  const [a, b, c, d] = [new Thing(), new Thing(), new Thing(), new Thing()]
  a['plain'] = { list: [holding(b)] }
  b['c'] = c
  c['a'] = a
  d['property'] = new WeakRef(a)
  for (const [name, thing] of Object.entries({ a, b, c, d })) tag(name, () => thing)
  const [key, value, map] = [new Thing(), new Thing(), new Thing()]
  map['map'] = new WeakMap([[key, value]])
  tag('key', () => key)
  tag('value', () => value)
  tag('map', () => map)
  const privately = new Thing()
  const local = new Thing()
  privately['map'] = new WeakMap([[kept, { local }]])
  tag('privately', () => privately)
  tag('local', () => local)
}

let trace: ExactTrace
const of = (name: string): number => tags.get(name)!

beforeAll(async () => {
  Reflect.set(globalThis, 'exactWorld', kept)
  lostWorlds()
  keptWorlds()
  referringWorlds()
  // A dereferenced target is kept until the macrotask ends: the trace must come in a later one.
  ;(kept['weakRef'] as WeakRef<Thing>).deref()
  trace = await traceExact({ tagged, holders: [registry, members, metadata, rows] })
})

afterAll(() => {
  for (const cleanup of cleanups) cleanup()
})

it.each([
  'closure cycle',
  'cycle of all sorts',
  'target of a WeakRef',
  'registered for finalization',
  'value of a dead key',
  'value in a dead map',
  'held by a holder Map',
  'held by a holder Set',
  'held by a holder array',
  'value of a live key in a holder WeakMap',
  'cycle by way of a weak native handle',
  'cycle by way of a whole context',
  'a',
  'value',
])('nothing reaches: %s', (name) => {
  expect(trace.explain(of(name))).toBeNull()
  expect(trace.isReachable(of(name))).toBe(false)
})

const here = 'closure at .*exact-trace\\.test\\.ts:\\d+:\\d+'

it.each([
  ['property', `^globalThis\\.exactWorld\\.lobby\\.members\\[3\\]\\.listener \\(${here}\\)$`],
  ['variable', `^globalThis\\.exactWorld\\["odd name"\\] \\(closure reader at .*\\) → captured \\(Thing\\)$`],
  ['timer', ` → timerListMap\\[100000000\\].*\\._onTimeout \\(${here}\\) → thing \\(Thing\\)$`],
  ['entry of a Map', '^globalThis\\.exactWorld\\.map<table> \\(Thing\\)$'],
  ['held value', '^globalThis\\.exactWorld\\.heldValues<internal> \\(Thing\\)$'],
  ['value of a live key in a live map', '^globalThis\\.exactWorld\\.liveKey<value in a WeakMap> \\(Thing\\)$'],
  ['value of a live key with an endless name', '^globalThis\\.exactWorld\\.longKey<value in a WeakMap> \\(Thing\\)$'],
  ['reaction', `^globalThis\\.exactWorld\\.promise<reactions_or_result> \\(${here}\\) → thing \\(Thing\\)$`],
  ['private field', '^globalThis\\.exactWorld\\.private\\.#secret \\(Thing\\)$'],
  ['listener', `^globalThis\\.exactWorld\\.emitter\\._events\\.news \\(${here}\\) → thing \\(Thing\\)$`],
  ['local of a waiting function', '^globalThis\\.exactWorld\\.resolve.* \\(Thing\\)$'],
  ['property of an open port', '^\\((Node / MessagePort|Global handles)\\).*\\.thing \\(Thing\\)$'],
])('a way leads to: %s', (name, words) => {
  expect(trace.explain(of(name))).toMatch(new RegExp(words))
  expect(trace.isReachable(of(name))).toBe(true)
})

it.each([
  ['a', ['b']],
  ['b', ['c']],
  ['c', ['a']],
  ['d', []],
  ['key', ['value']],
  ['map', []],
  ['value', []],
  ['privately', ['local']],
  ['local', []],
  ['value of a dead key', []],
])('%s leads to %j', (name, others) => {
  expect(trace.referencesOf(of(name))).toEqual(others.map(of))
})

it('what a reachable object leads to is reachable', () => {
  const reached = new Set([...tags.values()].filter((each) => trace.isReachable(each)))
  for (const each of reached) expect([...reached]).toEqual(expect.arrayContaining([...trace.referencesOf(each)]))
})

it('tells how much V8 wrote, and refuses tags that it was not given', () => {
  expect(trace.snapshotBytes).toBeGreaterThan(1_000_000)
  expect(() => trace.isReachable(999)).toThrow(expect.objectContaining({ code: 'no-such-tag' }))
  expect(() => trace.referencesOf(999)).toThrow(expect.objectContaining({ code: 'no-such-tag' }))
  expect(() => trace.explain(999)).toThrow(expect.objectContaining({ code: 'no-such-tag' }))
})

it('refuses primitives', async () => {
  const numbers = new Map([[1, 7 as unknown as object]])
  await expect(traceExact({ tagged: numbers, holders: [] })).rejects.toMatchObject({ code: 'not-an-object' })
})

it('answers before anything else runs, and keeps none of the objects alive', async () => {
  const order: string[] = []
  const mine = new Map<number, object>()
  const weak = (() => {
    const thing = new Thing()
    mine.set(1, thing)
    return new WeakRef(thing)
  })()
  const answered = traceExact({ tagged: mine, holders: [], onProgress: () => order.push('progress') })
  setImmediate(() => order.push('later'))
  const answer = await answered
  order.push('answer')
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  expect([...new Set(order)]).toEqual(['progress', 'answer', 'later'])
  mine.clear()
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  globalThis.gc?.()
  expect(weak.deref()).toBeUndefined()
  expect(answer.isReachable(1)).toBe(false)
})
