/** What has to hold between processes, whatever network joins them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { eventually, type Member, type Members } from './member.js'

export interface ProcessCases {
  readonly members: Members
  /** Makes members know each other: the first is who the others connect to, where that makes a difference. */
  readonly join: (...members: Member[]) => Promise<void>
}

/** Short, so that an expiry is no matter of minutes; long enough for a busy machine. */
const lease = { term: 800, drift: 0.01 }
const hasGone = async (owner: Member, key: string): Promise<boolean> => {
  await owner.do('gc')
  return (await owner.do('revive', key)) === false
}

/** What a promise rejects with, by its code; null if it does not. */
const codeOf = (promise: Promise<unknown>): Promise<string | null> =>
  promise.then(
    () => null,
    (error: unknown) => (error as { code: string }).code,
  )

export function processCases({ members, join }: ProcessCases): void {
  it('F7: a cycle over three processes is freed, and not before nobody refers to it', async () => {
    const options = { coordinator: 'a' }
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => members.start(name, options)))
    await join(a, b, c)
    const ring = [a, b, c]
    for (const member of ring) await member.doAll(['make', member.name], ['publish', member.name])
    for (const [index, member] of ring.entries()) {
      const next = ring[(index + 1) % 3].name
      await member.doAll(['lookup', next, next], ['refer', member.name, next], ['forget', next])
    }
    for (const member of ring) await member.doAll(['unpublish', member.name], ['gc'])
    await b.do('gc')
    expect(await a.do('collect')).toBe(0)
    for (const member of ring) expect((await member.state()).reclaimed).toEqual([])
    await a.do('forget', 'a')
    for (const member of [b, c]) await member.do('forget', member.name)
    await eventually(async () => {
      for (const member of ring) await member.do('gc')
      await a.do('collect')
      const states = await Promise.all(ring.map((member) => member.state()))
      return states.every(({ reclaimed, tables }) => reclaimed.length === 1 && tables.exports + tables.imports === 0)
    }, 'the ring is gone')
  })

  it('L1, R9, F9, F13: a process is killed: what it held is freed, what it passed on works, calls to it reject', async () => {
    const options = { lease, reconnectMs: 200 }
    const [gifter, owner, receiver] = await Promise.all(
      ['gifter', 'owner', 'receiver'].map((name) => members.start(name, options)),
    )
    await join(gifter, owner, receiver)
    for (const key of ['mine', 'given']) {
      await owner.doAll(['makeOrdinary', key], ['publish', key])
      await gifter.do('lookup', 'owner', key)
      await owner.doAll(['unpublish', key], ['forget', key])
    }
    await gifter.doAll(['make', 'cell'], ['publish', 'cell'], ['refer', 'cell', 'given'])
    await receiver.doAll(['lookup', 'gifter', 'cell'], ['take', 'given', 'cell'])
    await eventually(async () => String(await owner.do('referrers', 'given')) === 'gifter,receiver', 'both are known')
    expect(await owner.do('referrers', 'mine')).toEqual(['gifter'])
    gifter.signal('SIGSTOP')
    const under = codeOf(receiver.do('add', 'cell', 1))
    await sleep(50)
    await gifter.kill()
    expect(await receiver.do('add', 'given', 1)).toBe(1)
    expect(['session-ended', 'unreachable']).toContain(await under)
    expect(['session-ended', 'unreachable']).toContain(await codeOf(receiver.do('add', 'cell', 1)))
    expect(await hasGone(owner, 'mine')).toBe(false)
    await eventually(() => hasGone(owner, 'mine'), 'the owner has freed what the gifter held')
    expect((await owner.state()).events).toContain('peer-expired gifter')
    expect(await owner.do('referrers', 'given')).toEqual(['receiver'])
    expect(await hasGone(owner, 'given')).toBe(false)
    expect(await receiver.do('add', 'given', 1)).toBe(2)
    await eventually(async () => (await receiver.state()).events.includes('peer-expired gifter'), 'it is given up')
    expect(await codeOf(receiver.do('add', 'cell', 1))).toBe('broken-reference')
    await receiver.doAll(['forget', 'given'], ['gc'])
    await eventually(() => hasGone(owner, 'given'), 'the owner has freed what the receiver held')
  })
}

/** What has to do with the connection rather than with who is at its ends. */
export function connectionCases({ members, join }: ProcessCases): void {
  it('F11: a process that stood still for longer than its lease has lost nothing, and its calls are answered', async () => {
    const [owner, holder] = await Promise.all(['owner', 'holder'].map((name) => members.start(name, { lease })))
    await join(owner, holder)
    await owner.doAll(['makeOrdinary', 'x'], ['publish', 'x'])
    await holder.do('lookup', 'owner', 'x')
    await owner.doAll(['unpublish', 'x'], ['forget', 'x'])
    holder.signal('SIGSTOP')
    await eventually(
      async () => (await owner.state()).events.includes('peer-down holder'),
      'the owner has ended the session',
    )
    expect(await hasGone(owner, 'x')).toBe(false)
    holder.signal('SIGCONT')
    await eventually(async () => (await holder.state()).peers.includes('owner'), 'the holder is back')
    expect(await holder.do('add', 'x', 1)).toBe(1)
  })

  it('S4: a process that was killed and started again under its name is another, and is met again', async () => {
    const [first, holder] = await Promise.all(
      ['owner', 'holder'].map((name) => members.start(name, { lease, incarnation: 1 })),
    )
    await join(first, holder)
    await first.doAll(['makeOrdinary', 'x'], ['publish', 'x'])
    await holder.do('lookup', 'owner', 'x')
    await first.kill()
    const second = await members.start('owner', { lease, incarnation: 2 })
    await join(second, holder)
    await second.doAll(['makeOrdinary', 'x'], ['publish', 'x'])
    await eventually(async () => (await holder.state()).events.includes('peer-restarted owner'), 'it is noticed')
    expect(await codeOf(holder.do('add', 'x', 1))).toBe('broken-reference')
    await holder.do('lookup', 'owner', 'x')
    expect(await holder.do('add', 'x', 1)).toBe(1)
  })

  it('S6: a program whose every callback fails: peers come and go, what ended is over in both directions, the next session is whole', async () => {
    const [first, holder] = await Promise.all(
      ['owner', 'holder'].map((name) => members.start(name, { lease, incarnation: 1 })),
    )
    await join(first, holder)
    await holder.doAll(['makeOrdinary', 'back'], ['publish', 'back'], ['failAll'])
    await first.doAll(['make', 'x'], ['publish', 'x'], ['lookup', 'holder', 'back'])
    // The holder's object is referred to by one that is to be gone, and by nothing else.
    await first.do('refer', 'x', 'back')
    await holder.doAll(['lookup', 'owner', 'x'], ['failWhenBroken', 'x'], ['unpublish', 'back'], ['forget', 'back'])
    await first.kill()
    const second = await members.start('owner', { lease, incarnation: 2 })
    await join(second, holder)
    await second.doAll(['make', 'x'], ['publish', 'x'])
    await eventually(async () => (await holder.state()).events.includes('peer-restarted owner'), 'it is noticed')
    expect((await holder.state()).events.filter((event) => event === 'broken x')).toHaveLength(1)
    expect(await codeOf(holder.do('add', 'x', 1))).toBe('broken-reference')
    expect(await holder.do('uncaught')).toEqual(expect.arrayContaining(['of x', 'of peer-restarted']))
    await holder.do('lookup', 'owner', 'x')
    expect(await holder.do('add', 'x', 1)).toBe(1)
    await holder.doAll(['makeOrdinary', 'again'], ['publish', 'again'])
    await second.do('lookup', 'holder', 'again')
    expect(await second.do('add', 'again', 1)).toBe(1)
    expect(await hasGone(holder, 'back')).toBe(false)
    await eventually(() => hasGone(holder, 'back'), 'what the earlier lifetime held is freed')
    expect(await holder.do('add', 'x', 1)).toBe(2)
  })
}

export interface PartitionCases extends ProcessCases {
  /** Cuts one off from all others, without a word, or joins it to them again. */
  readonly cut: (member: Member, isCut: boolean) => void
}

export function partitionCases({ members, join, cut }: PartitionCases): void {
  it('X2: two sides of a cut go on, one with the coordinator; healed, what is held is there, and the cycle over the cut goes', async () => {
    const options = { lease, coordinator: 'a', webSocket: { keepAliveMs: 200 } }
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => members.start(name, options)))
    await join(a, b, c)
    const ring = async (one: Member, other: Member, key: string): Promise<void> => {
      const keys = new Map([one, other].map((member) => [member, `${key}-${member.name}`]))
      for (const [member, own] of keys) await member.doAll(['make', own], ['publish', own])
      for (const [from, to] of [
        [one, other],
        [other, one],
      ]) {
        const [own, theirs] = [keys.get(from), keys.get(to)]
        await from.doAll(['lookup', to.name, theirs], ['refer', own, theirs], ['forget', theirs])
      }
      for (const [member, own] of keys) await member.doAll(['unpublish', own], ['forget', own], ['gc'])
    }
    // Each side holds something of the other.
    for (const [owner, holder] of [
      [c, a],
      [b, c],
    ]) {
      const key = `held-of-${owner.name}`
      await owner.doAll(['makeOrdinary', key], ['publish', key])
      await holder.do('lookup', owner.name, key)
      await owner.doAll(['unpublish', key], ['forget', key])
    }
    await ring(b, c, 'over')
    cut(c, true)
    for (const [member, peer] of [
      [a, 'c'],
      [c, 'a'],
      [c, 'b'],
    ] as const) {
      await eventually(async () => (await member.state()).events.includes(`peer-down ${peer}`), 'the cut is noticed')
    }
    await ring(a, b, 'within')
    const isWithinGone = async (): Promise<boolean> => {
      for (const member of [a, b]) await member.do('gc')
      await a.do('collect')
      const states = await Promise.all([a, b].map((member) => member.state()))
      return states.every(({ reclaimed }, place) => reclaimed.includes(`within-${'ab'[place]}`))
    }
    await eventually(isWithinGone, 'the side with the coordinator collects its own cycle')
    await c.doAll(['make', 'meanwhile'], ['publish', 'meanwhile'])
    for (const member of [b, c]) {
      await member.do('gc')
      expect((await member.state()).reclaimed).not.toContain(`over-${member.name}`)
    }
    cut(c, false)
    await eventually(async () => (await codeOf(a.do('add', 'held-of-c', 1))) === null, 'the sides have met again')
    await eventually(async () => (await codeOf(c.do('add', 'held-of-b', 1))) === null, 'and so have the others')
    await a.do('lookup', 'c', 'meanwhile')
    expect(await a.do('add', 'meanwhile', 1)).toBe(1)
    await eventually(async () => {
      for (const member of [a, b, c]) await member.do('gc')
      await a.do('collect')
      const states = await Promise.all([b, c].map((member) => member.state()))
      return states.every(({ reclaimed }, place) => reclaimed.includes(`over-${'bc'[place]}`))
    }, 'the cycle over the cut is gone')
    for (const owner of [b, c]) expect(await hasGone(owner, `held-of-${owner.name}`)).toBe(false)
    const all = await Promise.all([a, b, c].map((member) => member.state()))
    expect(all.flatMap(({ events }) => events.filter((event) => /expired|alarm/.test(event)))).toEqual([])
    expect(all.flatMap(({ reclaimed }) => reclaimed).sort()).toEqual(['over-b', 'over-c', 'within-a', 'within-b'])
  })
}
