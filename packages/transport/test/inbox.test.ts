import { describe, expect, test } from 'vitest'
import { Inbox } from '../src/inbox.js'
import type { LinkHandlers } from '../src/link.js'

/** An inbox whose deferred actions run when the test says so; what they throw is noted. */
function world(maxBacklogBytes?: number) {
  const deferred: (() => void)[] = []
  const log: string[] = []
  const inbox = new Inbox({ defer: (action) => deferred.push(action), maxBacklogBytes })
  const handlers: LinkHandlers = {
    onFrame: (frame) => log.push(`frame ${String(frame)}`),
    onClose: (reason) => log.push(reason),
  }
  const turn = () => {
    for (const action of deferred.splice(0)) {
      try {
        action()
      } catch (error) {
        log.push(`threw ${(error as Error).message}`)
      }
    }
  }
  return { inbox, log, handlers, turn, deferred }
}

describe('Inbox', () => {
  test('refuses what is over the backlog limit, empty frames included', () => {
    const { inbox, log, handlers, turn } = world(200)
    const taken = Array.from({ length: 5 }, () => inbox.accept(new Uint8Array(0)))
    expect(taken).toEqual([true, true, true, false, false])
    inbox.end('backlog-full')
    inbox.start(handlers)
    turn()
    expect(log).toEqual(['frame ', 'frame ', 'frame ', 'backlog-full'])
  })

  test('the backlog limit means nothing once the link runs', () => {
    const { inbox, log, handlers, turn } = world(0)
    inbox.start(handlers)
    turn()
    expect([inbox.accept(Uint8Array.of(1)), log]).toEqual([true, ['frame 1']])
  })

  test('frames that come between start and its turn keep their place', () => {
    const { inbox, log, handlers, turn } = world()
    inbox.accept(Uint8Array.of(1))
    inbox.start(handlers)
    inbox.accept(Uint8Array.of(2))
    expect(log).toEqual([])
    turn()
    inbox.accept(Uint8Array.of(3))
    expect(log).toEqual(['frame 1', 'frame 2', 'frame 3'])
  })

  test('the first reason stands and nothing follows it', () => {
    const { inbox, log, handlers, turn } = world()
    inbox.start(handlers)
    turn()
    inbox.end('connection-lost')
    inbox.end('closed-by-peer')
    inbox.accept(Uint8Array.of(1))
    expect([inbox.over, log]).toEqual([true, []])
    turn()
    turn()
    expect(log).toEqual(['connection-lost'])
  })

  test.each([0, 1, 2])('a handler that throws at kept frame %i does not cost the others, nor the end', (bad) => {
    const { inbox, log, turn, deferred } = world()
    for (let value = 0; value < 3; value++) inbox.accept(Uint8Array.of(value))
    inbox.end('closed-by-peer')
    inbox.start({
      onFrame: (frame) => {
        log.push(`frame ${String(frame)}`)
        if (frame[0] === bad) throw new Error('boom')
      },
      onClose: (reason) => log.push(reason),
    })
    turn()
    turn()
    const frames = ['frame 0', 'frame 1', 'frame 2']
    expect(log).toEqual([...frames.slice(0, bad + 1), 'threw boom', ...frames.slice(bad + 1), 'closed-by-peer'])
    expect(deferred).toEqual([])
  })

  test('an end that closes itself while its peer has closed discards what is kept', () => {
    const { inbox, log, handlers, turn } = world()
    inbox.accept(Uint8Array.of(1))
    inbox.end('closed-by-peer')
    inbox.start(handlers)
    inbox.end('closed-here')
    turn()
    expect(log).toEqual(['closed-by-peer'])
  })
})
