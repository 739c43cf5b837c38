import { incarnation, instant, nodeId } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { peekHello } from '../src/frame.js'
import { OpeningCounter } from '../src/opening-counter.js'
import { bytesOf, Endpoint, type EndpointOptions, exchange, link, openPair, unlink } from './support/endpoint.js'

const alice = (options: Partial<EndpointOptions> = {}) => new Endpoint({ ...options, node: 'alice', peer: 'bob' })
const bob = (options: Partial<EndpointOptions> = {}) => new Endpoint({ ...options, node: 'bob', peer: 'alice' })

function counterAt(value: number): OpeningCounter {
  const counter = new OpeningCounter()
  counter.see(value)
  return counter
}

/** Carries one side's frames over; in order. */
function carry(from: Endpoint, to: Endpoint, now = 0): void {
  for (const frame of from.flush(now)) to.receive(frame, now)
}

describe('opening a session', () => {
  test('hello is answered welcome, and both are open with one number', () => {
    const [a, b] = [alice(), bob()]
    a.channel.linkOpened(instant(0))
    expect(a.channel.state).toBe('opening')
    expect(() => a.channel.append(bytesOf('too early'))).toThrow(expect.objectContaining({ code: 'no-session' }))
    const [hello] = a.flush()
    // The driver at bob learns from the hello who it is, and only then has a channel.
    expect(peekHello(hello)).toMatchObject({ node: nodeId('alice'), incarnation: 1, number: 1 })
    b.channel.linkOpened(instant(0))
    b.receive(hello)
    expect(b.takeNews()).toEqual(['established 1'])
    const frames = b.flush()
    expect(frames).toHaveLength(1)
    expect(peekHello(frames[0])).toBeNull()
    a.receive(frames[0])
    expect(a.takeNews()).toEqual(['established 1'])
    expect([a.channel.number, b.channel.number]).toEqual([1, 1])
    expect([a.channel.peerIncarnation, b.channel.peerIncarnation]).toEqual([1, 1])
    expect(a.channel.nextDeadline() ?? b.channel.nextDeadline()).toBeNull()
  })

  test('crossing hellos with the same number are one session', () => {
    const [a, b] = [alice({ incarnation: 4 }), bob({ incarnation: 9 })]
    link(a, b)
    const [fromA, fromB] = [a.flush(), b.flush()]
    for (const frame of fromA) b.receive(frame)
    for (const frame of fromB) a.receive(frame)
    expect([a.takeNews(), b.takeNews()]).toEqual([['established 1'], ['established 1']])
    exchange(a, b)
    expect([a.takeNews(), b.takeNews()]).toEqual([[], []])
    a.channel.append(bytesOf('hi'))
    exchange(a, b)
    expect(b.takeTexts()).toEqual(['hi'])
  })

  test('of crossing hellos the higher wins, and the lower is answered session-ended', () => {
    const [a, b] = [alice({ counter: counterAt(5) }), bob()]
    link(a, b)
    exchange(a, b)
    expect([a.takeNews(), b.takeNews()]).toEqual([['established 6'], ['established 6']])
    expect([a.counter.value, b.counter.value]).toEqual([6, 6])
  })

  test('two that cross again and again still meet', () => {
    for (const [mine, yours] of [
      [3, 9],
      [9, 3],
      [9, 10],
      [10, 9],
    ]) {
      const [a, b] = [alice({ counter: counterAt(mine) }), bob({ counter: counterAt(yours) })]
      link(a, b)
      // Other channels of both nodes draw numbers meanwhile.
      a.counter.see(20)
      b.counter.see(21)
      exchange(a, b)
      expect(a.channel.number).not.toBeNull()
      expect(a.channel.number).toBe(b.channel.number)
    }
  })

  test('a hello is compared with the numbers of these two alone: whoever is busy with others still opens', () => {
    const [a, b] = [alice(), bob()]
    a.channel.linkOpened(instant(0))
    b.channel.linkOpened(instant(0))
    b.channel.end('nothing to ask for') // withdraws bob's own hello
    b.counter.see(1000)
    a.counter.see(2000)
    a.channel.end('asks again')
    a.channel.open(instant(0))
    const [hello] = a.flush()
    b.counter.see(5000)
    expect(b.receive(hello)).toMatchObject([{ type: 'established', number: 2001 }])
  })

  test('a hello below the counter is refused, and asked again above it', () => {
    const [a, b] = [alice(), bob({ counter: counterAt(41) })]
    a.channel.linkOpened(instant(0))
    const hello = a.flush()
    b.channel.linkOpened(instant(0))
    b.channel.end('nothing to ask for') // withdraws bob's own hello
    for (const frame of hello) b.receive(frame)
    expect(b.takeNews()).toEqual([])
    carry(b, a)
    expect(a.channel.state).toBe('opening')
    exchange(a, b)
    expect([a.takeNews(), b.takeNews()]).toEqual([['established 43'], ['established 43']])
  })

  test('a proposal that was overtaken by another channel of the node is still met', () => {
    const counter = new OpeningCounter()
    const [a, b] = [alice({ counter }), bob()]
    link(a, b)
    counter.see(70)
    exchange(a, b)
    expect(a.channel.state).toBe('open')
    expect(a.channel.number).toBe(b.channel.number)
  })

  test('a hello that comes again opens nothing a second time', () => {
    const [a, b] = [alice(), bob()]
    a.channel.linkOpened(instant(0))
    const [hello] = a.flush()
    b.channel.linkOpened(instant(0))
    b.receive(hello)
    exchange(a, b)
    b.channel.append(bytesOf('one'))
    b.receive(hello)
    exchange(a, b)
    expect(a.takeTexts()).toEqual(['one'])
    b.takeNews()
    b.channel.end('done')
    b.receive(hello)
    expect(b.channel.state).toBe('closed')
    expect(b.takeNews()).toEqual([])
  })

  test('a hello is repeated with growing waits where frames are lost, and never where none are', () => {
    const lossy = alice({ timing: { retransmitAfter: 100, maxRetransmitAfter: 250, ackDelay: 5 } })
    lossy.channel.linkOpened(instant(0))
    const sentAt: number[] = []
    for (let now = 0; now <= 1000; now += 10) {
      const due = lossy.channel.nextDeadline()
      if (lossy.flush(now).length > 0) {
        sentAt.push(now)
        expect(due).toBe(now)
      }
    }
    expect(sentAt).toEqual([0, 100, 300, 550, 800])
    const lossless = alice()
    lossless.channel.linkOpened(instant(0))
    expect(lossless.flush()).toHaveLength(1)
    expect(lossless.channel.nextDeadline()).toBeNull()
  })

  test('a hello of another node, of another version, or with a number out of reach is an error', () => {
    const a = alice()
    a.channel.linkOpened(instant(0))
    const stranger = new Endpoint({ node: 'carol', peer: 'alice' })
    stranger.channel.linkOpened(instant(0))
    const [hello] = stranger.flush()
    expect(() => a.receive(hello)).toThrow(expect.objectContaining({ code: 'wrong-peer' }))
    const other = hello.slice()
    other[0] = 0x21
    expect(() => a.receive(other)).toThrow(expect.objectContaining({ code: 'unsupported-version' }))
    expect(() => peekHello(other)).toThrow(expect.objectContaining({ code: 'unsupported-version' }))
    const greedy = bob({ counter: counterAt(2 ** 32) })
    greedy.channel.linkOpened(instant(0))
    const [far] = greedy.flush()
    a.counter.next()
    expect(() => alice().counter.check(2 ** 32 + 1)).toThrow(expect.objectContaining({ code: 'bad-number' }))
    a.receive(far)
    expect(a.channel.number).toBe(2 ** 32 + 1)
  })

  test('a node has no channel with itself', () => {
    expect(() => new Endpoint({ node: 'alice', peer: 'alice' })).toThrow(expect.objectContaining({ code: 'same-node' }))
  })
})

describe('going on after the link was closed', () => {
  test('what was under way is sent again, what had arrived is not', () => {
    const { a, b } = openPair()
    a.channel.append(bytesOf('one'))
    carry(a, b)
    a.channel.append(bytesOf('two'))
    a.flush() // is lost
    unlink(a, b)
    a.channel.append(bytesOf('three'))
    expect(a.flush()).toEqual([])
    expect(a.channel.nextDeadline()).toBeNull()
    link(a, b)
    exchange(a, b)
    const news = [...a.events, ...b.events].filter((event) => event.type === 'established')
    expect(news).toEqual([
      { type: 'established', incarnation: 1, number: 1, resumed: true, since: 0 },
      { type: 'established', incarnation: 1, number: 1, resumed: true, since: 0 },
    ])
    expect(b.takeTexts()).toEqual(['one', 'two', 'three'])
    exchange(a, b, 1000)
    expect([a.channel.acknowledged, a.channel.unackedBytes]).toEqual([3, 0])
  })

  test('nothing but the hello goes out before the peer has said that it has the session', () => {
    const { a, b } = openPair()
    a.channel.append(bytesOf('one'))
    unlink(a, b)
    link(a, b)
    expect(a.flush().map((frame) => peekHello(frame)?.number)).toEqual([1])
    expect(a.channel.state).toBe('open')
  })

  test('an acknowledgement lost with the link comes with the handshake', () => {
    const { a, b } = openPair()
    a.channel.append(bytesOf('one'))
    carry(a, b)
    unlink(a, b)
    link(a, b)
    let data = 0
    for (const frame of b.flush()) a.receive(frame)
    for (const frame of a.flush()) {
      b.receive(frame)
      if ((frame[0] & 0x0f) === 5) data++
    }
    expect(a.channel.acknowledged).toBe(1)
    expect(data).toBe(0)
  })

  test('a link that replaces another without being closed first counts as reopened', () => {
    const { a, b } = openPair()
    a.channel.append(bytesOf('one'))
    a.flush() // is lost with the old link
    link(a, b)
    exchange(a, b)
    expect(b.takeTexts()).toEqual(['one'])
  })

  test('one side may have missed that the link was closed', () => {
    const { a, b } = openPair()
    b.channel.append(bytesOf('one'))
    b.flush() // is lost
    a.channel.linkClosed(instant(0))
    a.channel.linkOpened(instant(0))
    exchange(a, b)
    expect(a.takeTexts()).toEqual(['one'])
  })

  test('the session goes on when only one side had learned that it is open', () => {
    const [a, b] = [alice(), bob()]
    link(a, b)
    a.flush() // alice's hello and everything else of hers is lost
    for (const frame of b.flush()) a.receive(frame)
    a.channel.append(bytesOf('early'))
    a.flush()
    unlink(a, b)
    expect([a.channel.state, b.channel.state]).toEqual(['open', 'opening'])
    link(a, b)
    carry(a, b)
    exchange(a, b)
    expect(b.channel.number).toBe(1)
    expect(b.takeTexts()).toEqual(['early'])
    expect(a.takeNews()).toEqual(['established 1', 'resumed 1'])
  })

  test('frames left over from a closed link are dropped', () => {
    const { a, b } = openPair()
    a.channel.append(bytesOf('one'))
    const late = a.flush()
    unlink(a, b)
    expect(late.flatMap((frame) => b.receive(frame))).toEqual([])
    link(a, b)
    exchange(a, b)
    expect(b.takeTexts()).toEqual(['one'])
  })
})

describe('incarnations', () => {
  test('a later one ends the session first and then has its own', () => {
    const { a, b } = openPair()
    a.channel.append(bytesOf('lost'))
    const later = bob({ incarnation: 2 })
    unlink(a, b)
    link(a, later)
    exchange(a, later)
    expect(a.takeNews()).toEqual(['ended 1 peer-restarted', 'established 2'])
    expect(later.takeNews()).toEqual(['established 2'])
    expect(later.takeTexts()).toEqual([])
    expect(a.channel.peerIncarnation).toBe(2)
    a.channel.append(bytesOf('fresh'))
    exchange(a, later)
    expect(later.takeTexts()).toEqual(['fresh'])
  })

  test('a restart is also seen on a link that never closed, by the answer to data', () => {
    const { a } = openPair()
    const later = bob({ incarnation: 2 })
    later.channel.linkOpened(instant(0))
    later.flush() // its hello is lost
    later.channel.end('quiet')
    a.channel.append(bytesOf('to the dead'))
    exchange(a, later)
    expect(a.takeNews()).toEqual(['ended 1 peer-restarted', 'established 2'])
  })

  test('an older one is refused, does not ask again, and disturbs nothing', () => {
    const { a } = openPair({ incarnation: 5 })
    const twin = bob({ incarnation: 4, counter: counterAt(100) })
    twin.channel.linkOpened(instant(0))
    exchange(a, twin)
    expect(twin.takeNews()).toEqual(['refused older-incarnation'])
    expect(twin.channel.state).toBe('closed')
    expect(a.takeNews()).toEqual([])
    expect(a.channel.number).toBe(1)
  })

  test('a session of an older one ends when it wants to go on', () => {
    const { a, b: twin } = openPair()
    const later = bob({ incarnation: 2 })
    link(a, later)
    exchange(a, later)
    unlink(a, twin)
    a.channel.linkOpened(instant(0))
    twin.channel.linkOpened(instant(0))
    exchange(a, twin)
    expect(twin.takeNews()).toEqual(['ended 1 older-incarnation'])
    expect(a.takeNews()).toEqual(['ended 1 peer-restarted', 'established 2'])
  })

  test('an older one is refused also when it was asked', () => {
    const a = alice({ lastSeen: incarnation(7) })
    a.channel.linkOpened(instant(0))
    const twin = bob({ incarnation: 6 })
    const [hello] = a.flush()
    twin.channel.linkOpened(instant(0))
    twin.receive(hello)
    exchange(a, twin)
    expect(twin.takeNews()).toEqual(['established 1', 'ended 1 older-incarnation'])
    expect(a.channel.state).toBe('opening')
  })

  test('first contact is no restart, unless an earlier one was remembered', () => {
    const remembering = alice({ lastSeen: incarnation(7) })
    const older = bob({ incarnation: 6 })
    link(remembering, older)
    exchange(remembering, older)
    expect(older.takeNews().at(-1)).toBe('ended 1 older-incarnation')
    expect(older.channel.state).toBe('closed')
    expect(remembering.takeNews()).toEqual([])
    const first = alice()
    const later = bob({ incarnation: 8 })
    link(first, later)
    exchange(first, later)
    expect(first.takeNews()).toEqual(['established 1'])
  })

  test('this side restarted: the peer that would go on learns of it', () => {
    const { a, b } = openPair()
    const reborn = alice({ incarnation: 2 })
    unlink(a, b)
    b.channel.linkOpened(instant(0))
    reborn.channel.linkOpened(instant(0))
    const resume = b.flush()
    for (const frame of resume) reborn.receive(frame)
    exchange(reborn, b)
    expect(b.takeNews()[0]).toBe('ended 1 peer-restarted')
    expect(b.channel.number).toBe(reborn.channel.number)
    expect(b.channel.number).toBeGreaterThan(1)
    expect(reborn.takeNews()).toEqual([`established ${reborn.channel.number}`])
  })
})

describe('ending a session', () => {
  test('the peer learns of it, and neither asks again by itself', () => {
    const { a, b } = openPair()
    a.channel.append(bytesOf('never sent'))
    expect(a.channel.end('lease expired')).toEqual([
      { type: 'ended', number: 1, reason: 'ended-here', detail: 'lease expired' },
    ])
    expect(a.channel.end('again')).toEqual([])
    expect(a.flush().flatMap((frame) => b.receive(frame))).toEqual([
      { type: 'ended', number: 1, reason: 'ended-by-peer', detail: 'lease expired' },
    ])
    expect(exchange(a, b)).toBe(0)
    expect([a.channel.state, b.channel.state]).toEqual(['closed', 'closed'])
    expect([a.channel.sent, a.channel.received, a.channel.acknowledged, a.channel.number]).toEqual([0, 0, 0, null])
  })

  test('either side may open the next, with a number never used', () => {
    const { a, b } = openPair()
    a.channel.end('enough')
    a.channel.open(instant(0))
    exchange(a, b)
    expect(b.takeNews()).toEqual(['ended 1 ended-by-peer', 'established 2'])
    b.channel.end('enough')
    exchange(a, b)
    b.channel.open(instant(0))
    exchange(a, b)
    expect(a.takeNews()).toEqual(['established 2', 'ended 2 ended-by-peer', 'established 3'])
  })

  test('a lost bye is made up for by the answer to the next frame', () => {
    const { a, b } = openPair()
    a.channel.end('lost')
    a.flush()
    b.channel.append(bytesOf('anyone?'))
    carry(b, a)
    expect(a.takeTexts()).toEqual([])
    exchange(a, b)
    expect(b.takeNews()).toEqual(['ended 1 unknown-to-peer', 'established 2'])
    expect(a.takeNews()).toEqual(['established 2'])
  })

  test('a higher hello ends what the peer has given up', () => {
    const { a, b } = openPair()
    a.channel.end('lost')
    a.flush()
    a.channel.open(instant(0))
    exchange(a, b)
    expect(b.takeNews()).toEqual(['ended 1 superseded', 'established 2'])
  })

  test('stale frames of an ended session are ignored in the next, with one answer for many', () => {
    const { a, b } = openPair()
    const stale: Uint8Array[] = []
    for (const text of ['one', 'two', 'three']) {
      a.channel.append(bytesOf(text))
      stale.push(...a.flush())
    }
    a.channel.end('over')
    const byes = a.flush()
    for (const frame of byes) b.receive(frame)
    b.channel.open(instant(0))
    exchange(a, b)
    b.takeNews()
    for (const frame of [...stale, ...byes]) expect(b.receive(frame)).toEqual([])
    const answers = b.flush()
    expect(answers).toHaveLength(1)
    for (const frame of answers) expect(a.receive(frame)).toEqual([])
    expect([a.channel.number, b.channel.number]).toEqual([2, 2])
    expect(exchange(a, b)).toBe(0)
  })

  test('a frame of mine that comes back to me is not taken for the peer’s', () => {
    const { a, b } = openPair()
    a.channel.append(bytesOf('echo'))
    const frames = a.flush()
    for (const frame of frames) expect(a.receive(frame)).toEqual([])
    carry(a, b)
    for (const frame of frames) b.receive(frame)
    exchange(a, b)
    expect(b.takeTexts()).toEqual(['echo'])
    expect(a.channel.state).toBe('open')
  })

  test('a session opened on a hello that its sender has withdrawn ends', () => {
    const [a, b] = [alice(), bob()]
    link(a, b)
    const [fromA, fromB] = [a.flush(), b.flush()]
    a.channel.end('changed my mind')
    for (const frame of fromA) b.receive(frame)
    b.flush() // the welcome is lost
    for (const frame of fromB) a.receive(frame)
    carry(a, b)
    expect(b.takeNews()).toEqual(['established 1', 'ended 1 unknown-to-peer'])
    exchange(a, b)
    expect(b.takeNews()).toEqual(['established 2'])
    expect(a.channel.number).toBe(2)
  })

  test('a reason has an end', () => {
    const { a } = openPair()
    expect(() => a.channel.end('x'.repeat(65))).toThrow(expect.objectContaining({ code: 'bad-reason' }))
    expect(a.channel.state).toBe('open')
  })
})
