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

  it('L1, F9, F13: a process is killed: what it held is freed, what it passed on works, calls to it reject', async () => {
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
}
