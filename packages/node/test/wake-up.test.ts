import { MessageChannel } from 'node:worker_threads'
import { after, type Instant, instant } from '@holdfast/core'
import { RealClock, VirtualClock } from '@holdfast/transport'
import { describe, expect, it } from 'vitest'
import { WakeUp } from '../src/wake-up.js'

function fixture(): { clock: VirtualClock; wokenAt: Instant[]; wakeUp: WakeUp } {
  const clock = new VirtualClock()
  const wokenAt: Instant[] = []
  return { clock, wokenAt, wakeUp: new WakeUp(clock, () => wokenAt.push(clock.now())) }
}

describe('a wake-up', () => {
  it('wakes once, at the deadline', () => {
    const { clock, wokenAt, wakeUp } = fixture()
    wakeUp.set(instant(10))
    clock.runUntilIdle()
    expect(wokenAt).toEqual([10])
  })

  it('lets what has arrived by the deadline act first', () => {
    const clock = new VirtualClock()
    const order: string[] = []
    const wakeUp = new WakeUp(clock, () => order.push('woken'))
    wakeUp.set(instant(10))
    // Behind the timer in the queue, as a message is that waits in an inbox while the timers run.
    clock.schedule(instant(10), () => order.push('arrived'))
    clock.runUntilIdle()
    expect(order).toEqual(['arrived', 'woken'])
  })

  it('lets what waits in the inbox act first, also after a turn that was too long', async () => {
    const clock = new RealClock()
    const order: string[] = []
    const { port1, port2 } = new MessageChannel()
    port2.on('message', () => order.push('arrived'))
    await new Promise<void>((resolve) => {
      const wakeUp = new WakeUp(clock, () => {
        order.push('woken')
        resolve()
      })
      // In a turn of the event loop's own: neither timer nor message can come before it ends.
      setImmediate(() => {
        const startedAt = clock.now()
        wakeUp.set(after(startedAt, 5))
        port1.postMessage('')
        while (clock.now() < startedAt + 40);
      })
    })
    port1.close()
    expect(order).toEqual(['arrived', 'woken'])
  })

  it('moves to an earlier deadline, and wakes in vain for one that was put off', () => {
    const { clock, wokenAt, wakeUp } = fixture()
    wakeUp.set(instant(20))
    wakeUp.set(instant(10))
    wakeUp.set(instant(30))
    wakeUp.set(null)
    clock.runUntilIdle()
    expect(wokenAt).toEqual([10])
  })

  it('can be set again from within', () => {
    const clock = new VirtualClock()
    const wokenAt: Instant[] = []
    const wakeUp = new WakeUp(clock, () => {
      wokenAt.push(clock.now())
      if (wokenAt.length < 3) wakeUp.set(after(clock.now(), 5))
    })
    wakeUp.set(instant(5))
    clock.runUntilIdle()
    expect(wokenAt).toEqual([5, 10, 15])
  })

  it('does not wake once cancelled, not even when the deadline was noticed already', () => {
    const { clock, wokenAt, wakeUp } = fixture()
    wakeUp.set(instant(10))
    clock.schedule(instant(10), () => wakeUp.cancel())
    clock.runUntilIdle()
    expect(wokenAt).toEqual([])
    wakeUp.set(instant(20))
    wakeUp.cancel()
    wakeUp.cancel()
    expect(clock.pending).toBe(0)
    wakeUp.set(instant(30))
    clock.runUntilIdle()
    expect(wokenAt).toEqual([30])
  })

  it('that was noticed and is then set to an earlier instant wakes once', () => {
    const { clock, wokenAt, wakeUp } = fixture()
    wakeUp.set(instant(10))
    clock.schedule(instant(10), () => wakeUp.set(instant(5)))
    clock.runUntilIdle()
    expect(wokenAt).toEqual([10])
  })
})
