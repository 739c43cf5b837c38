import { MessageChannel } from 'node:worker_threads'
import { after, instant } from '@holdfast/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { RealClock } from '../src/real-clock.js'

afterEach(() => void vi.useRealTimers())

const useFakeTime = () =>
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] })

describe('RealClock', () => {
  test('runs actions in the order of their instants, never early, never inside schedule', async () => {
    const clock = new RealClock()
    // Far enough ahead that all are scheduled before the first is due; -1000 has passed and counts as now.
    const start = after(clock.now(), 30)
    const ran: { delay: number; late: number }[] = []
    const delays = [...Array.from({ length: 40 }, (_, index) => 20 - index / 2), -1000]
    await new Promise<void>((resolve) => {
      for (const delay of delays) {
        const at = after(start, delay)
        clock.schedule(at, () => {
          ran.push({ delay, late: clock.now() - at })
          if (ran.length === delays.length) resolve()
        })
      }
      expect(ran).toEqual([])
    })
    expect(ran.map(({ delay }) => delay)).toEqual(delays.toReversed())
    expect(ran.filter(({ late }) => late < 0)).toEqual([])
  })

  test('an earlier action that is scheduled later is not kept waiting', () => {
    useFakeTime()
    const clock = new RealClock()
    const log: string[] = []
    clock.schedule(after(clock.now(), 100), () => log.push('later'))
    clock.schedule(after(clock.now(), 10), () => log.push('earlier'))
    vi.advanceTimersByTime(10)
    expect(log).toEqual(['earlier'])
    vi.advanceTimersByTime(90)
    expect(log).toEqual(['earlier', 'later'])
  })

  test.each([true, false])(
    'what is due already waits for no timer, and for the inbox to be polled (keepAlive: %s)',
    async (keepAlive) => {
      const timers = vi.spyOn(globalThis, 'setTimeout')
      const clock = new RealClock({ keepAlive })
      const { port1, port2 } = new MessageChannel()
      try {
        const log: string[] = []
        port2.on('message', () => log.push('message'))
        for (let round = 0; round < 20; round++) {
          port1.postMessage(round)
          await new Promise<void>((resolve) => {
            clock.schedule(clock.now(), () => resolve(void log.push('action')))
          })
        }
        expect(log).toEqual(Array.from({ length: 20 }, () => ['message', 'action']).flat())
        expect(timers).not.toHaveBeenCalled()
      } finally {
        timers.mockRestore()
        port1.close()
      }
    },
  )

  test('an action that is due and cancelled does not run', async () => {
    const clock = new RealClock()
    clock.schedule(clock.now(), () => expect.unreachable())()
    await new Promise((resolve) => setTimeout(resolve, 5))
  })

  test('waits longer than a platform timer can', () => {
    useFakeTime()
    const clock = new RealClock()
    const days = 24 * 60 * 60 * 1000
    let ran = 0
    clock.schedule(after(clock.now(), 60 * days), () => ran++)
    vi.advanceTimersByTime(60 * days - 1)
    expect(ran).toBe(0)
    vi.advanceTimersByTime(1)
    expect(ran).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('never runs what is scheduled for the end of time, nor spins on it', () => {
    useFakeTime()
    const clock = new RealClock()
    const timers = vi.spyOn(globalThis, 'setTimeout')
    const cancel = clock.schedule(instant(Number.POSITIVE_INFINITY), () => expect.unreachable())
    vi.advanceTimersByTime(3 * 0x7fffffff)
    expect(timers).toHaveBeenCalledTimes(4)
    cancel()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a cancelled action does not run and leaves no timer behind', () => {
    useFakeTime()
    const clock = new RealClock()
    const log: string[] = []
    const cancel = clock.schedule(after(clock.now(), 5), () => log.push('cancelled'))
    const cancelKept = clock.schedule(after(clock.now(), 9), () => log.push('kept'))
    cancel()
    cancel()
    vi.advanceTimersByTime(20)
    cancelKept()
    expect(log).toEqual(['kept'])
    clock.schedule(after(clock.now(), 5), () => {})()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('an action that throws does not cost the others theirs', () => {
    useFakeTime()
    const clock = new RealClock()
    const log: string[] = []
    clock.schedule(after(clock.now(), 1), () => {
      clock.schedule(clock.now(), () => log.push('scheduled by it'))
      throw new Error('boom')
    })
    clock.schedule(after(clock.now(), 1), () => log.push('due with it'))
    expect(() => vi.advanceTimersByTime(10)).toThrow('boom')
    vi.advanceTimersByTime(10)
    expect(log).toEqual(['due with it', 'scheduled by it'])
  })
})
