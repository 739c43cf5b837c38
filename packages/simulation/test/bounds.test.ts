/** Checkers that count: alarms that no lie explains, messages that nothing calls for, tables that hold too much. */
import { exportId, type Message, Random } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import type { Turn } from '../src/checkers/checker.js'
import { messagesAreBounded } from '../src/checkers/messages-are-bounded.js'
import { noAlarm } from '../src/checkers/no-alarm.js'
import { tablesAreBounded } from '../src/checkers/tables-are-bounded.js'
import { type Action, runSeed } from '../src/index.js'
import { createWorld } from '../src/run.js'
import { Stage } from '../src/stage.js'

const { plan } = runSeed({ seed: 1, workload: 'misbehaving-peer', nodes: 2, steps: 0 })

/** alice has given o1, which refers to o2, and o3 to mallory. */
const STORY: readonly Action[] = [
  { do: 'pass', ms: 0, moving: true },
  { do: 'create', at: 'alice', as: 'o1' },
  { do: 'create', at: 'alice', as: 'o2' },
  { do: 'create', at: 'alice', as: 'o3' },
  { do: 'refer', at: 'alice', from: 'o1', to: 'o2' },
  { do: 'publish', from: 'alice', to: 'mallory', references: ['o1'] },
  { do: 'publish', from: 'alice', to: 'bob', references: ['o2', 'o3'] },
  { do: 'pass', ms: 0, moving: true },
]

function play() {
  const stage = new Stage(createWorld({ ...plan, judges: [], maxUnackedBytes: null }), new Random(1))
  for (const action of STORY) stage.do(action)
  const alice = stage.node('alice')
  const message = (sent: Message) => ({ message: sent, sent: null, refused: new Set<number>() })
  const written = (sent: Message) => ({ message: sent, by: alice, at: 0, processedAt: -1 })
  const turn = (of: Partial<Turn>): Turn => ({
    node: alice,
    event: { type: 'frame', peer: stage.node('bob').id, frame: Uint8Array.of(0x15) },
    effects: [],
    processed: [],
    written: [],
    ...of,
  })
  return { stage, alice, turn, message, written }
}

describe('no-alarm', () => {
  /** A verdict on o1, o2 or o3 that alice has refused. */
  function alarm({ alice, turn, message }: ReturnType<typeof play>, label: string): Turn {
    const id = alice.exported.findIndex((thing) => thing?.label === label)
    const verdict: Message = { type: 'dgc:collect', incarnation: alice.incarnation, ids: [id], versions: [1] }
    return turn({
      processed: [message(verdict)],
      effects: [{ type: 'alarm', coordinator: alice.id, condemned: 1 }],
    })
  }
  const lies: Action = { do: 'forge', by: 'mallory', to: 'alice', lie: 'calls-what-it-was-not-granted', n: 0 }

  it('is violated where nobody has lied', () => {
    const scene = play()
    expect(() => noAlarm.turn?.(scene.stage.world, alarm(scene, 'o1'))).toThrow('ver had moved')
  })

  it('excuses what a liar has named, and what is reached from there', () => {
    const scene = play()
    scene.stage.do(lies)
    scene.stage.do({ do: 'pass', ms: 0, moving: true })
    for (const label of ['o1', 'o2']) {
      expect(() => noAlarm.turn?.(scene.stage.world, alarm(scene, label))).not.toThrow()
    }
  })

  it('excuses nothing else', () => {
    const scene = play()
    scene.stage.do(lies)
    scene.stage.do({ do: 'pass', ms: 0, moving: true })
    expect(() => noAlarm.turn?.(scene.stage.world, alarm(scene, 'o3'))).toThrow('ver had moved')
  })
})

describe('messages-are-bounded', () => {
  const ack = (receiver: { node: never; incarnation: never }): Message => ({
    type: 'dgc:giftAck',
    receiver,
    clock: 1,
    gifts: [],
  })

  it('allows an answer for each question, and not one more', () => {
    const { stage, turn, message, written, alice } = play()
    const address = { node: alice.id, incarnation: alice.incarnation } as never
    const addRef: Message = {
      type: 'dgc:addRef',
      incarnation: alice.incarnation,
      entries: [{ id: exportId(1), gifter: address, gift: 1 as never, via: [], token: new Uint8Array(0) }],
    }
    const once = turn({ processed: [message(addRef)], written: [written(ack(address))] })
    expect(() => messagesAreBounded.turn?.(stage.world, once)).not.toThrow()
    const twice = { ...once, written: [written(ack(address)), written(ack(address))] }
    expect(() => messagesAreBounded.turn?.(stage.world, twice)).toThrow('too many dgc:giftAck')
  })

  it('allows nothing where nothing is asked', () => {
    const { stage, turn, written } = play()
    const asks: Message = { type: 'dgc:bringOutYourDead' }
    const chatter = turn({ written: [written(asks)] })
    expect(() => messagesAreBounded.turn?.(stage.world, chatter)).toThrow('too many dgc:bringOutYourDead')
  })

  it('allows one frame for each peer', () => {
    const { stage, turn } = play()
    const peers = [stage.node('bob').id, stage.node('mallory').id]
    const frames = peers.map((peer) => ({ type: 'transmit' as const, peer, frame: Uint8Array.of(0x15) }))
    expect(() => messagesAreBounded.turn?.(stage.world, turn({ effects: frames }))).not.toThrow()
    const again = turn({ effects: [...frames, frames[0]] })
    expect(() => messagesAreBounded.turn?.(stage.world, again)).toThrow('two frames')
  })
})

describe('tables-are-bounded', () => {
  it('counts the gifts that pin, and the references that are held', () => {
    const { stage } = play()
    stage.do({ do: 'publish', from: 'bob', to: 'mallory', references: ['o2'] })
    const bob = stage.node('bob')
    expect([bob.openGifts, bob.collector.tables.pins]).toEqual([1, 1])
    bob.openGifts = 0
    bob.isTouched = true
    expect(() => tablesAreBounded.step?.(stage.world)).toThrow('1 pins for 0 gifts')
  })
})
