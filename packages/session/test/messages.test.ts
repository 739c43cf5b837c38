import { instant } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { FRAME_OVERHEAD, recordCost } from '../src/limits.js'
import { bytesOf, type Endpoint, exchange, openPair, textOf } from './support/endpoint.js'

const LOSSY = { retransmitAfter: 100, maxRetransmitAfter: 400, ackDelay: 20 }

const send = (end: Endpoint, ...texts: string[]): number[] => texts.map((text) => end.channel.append(bytesOf(text)))
const kinds = (frames: Uint8Array[]): number[] => frames.map((frame) => frame[0] & 0x0f)
const DATA = 5
const ACK = 6

/** Bytes that no two places of a message share with a shifted copy. */
const patterned = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 0xff)

describe('a turn', () => {
  test('makes one frame of all its messages, with a few bytes besides theirs', () => {
    const { a, b } = openPair()
    expect(send(a, 'one', '', 'three')).toEqual([1, 2, 3])
    const frames = a.flush()
    expect(frames).toHaveLength(1)
    expect(frames[0].length).toBe('onethree'.length + 8 + 3)
    expect(frames[0].buffer.byteLength).toBe(frames[0].length)
    expect(
      b.receive(frames[0]).map((event) => event.type === 'message' && [event.sequence, textOf(event.bytes)]),
    ).toEqual([
      [1, 'one'],
      [2, ''],
      [3, 'three'],
    ])
    expect([a.channel.sent, b.channel.received, a.channel.acknowledged]).toEqual([3, 3, 0])
  })

  test('with nothing to say makes no frame', () => {
    const { a } = openPair()
    expect(a.flush()).toEqual([])
    expect(a.channel.nextDeadline()).toBeNull()
  })
})

describe('fragments', () => {
  const step = 1024 - FRAME_OVERHEAD
  test.each([
    [0, 1],
    [step - 1, 1],
    [step, 1],
    [step + 1, 2],
    [2 * step - 1, 2],
    [2 * step, 2],
    [2 * step + 1, 3],
    [100 * step + 1, 101],
  ])('a message of %i bytes is %i records, whole at the other end', (length, records) => {
    const { a, b } = openPair({ limits: { maxFrameBytes: 1024 } })
    const message = patterned(length)
    expect(a.channel.append(message)).toBe(records)
    expect(send(a, 'next')).toEqual([records + 1])
    const frames = a.flush()
    for (const frame of frames) expect(frame.length).toBeLessThanOrEqual(1024)
    const events = frames.flatMap((frame) => b.receive(frame))
    expect(events).toHaveLength(2)
    expect(events[0]).toMatchObject({ type: 'message', sequence: records })
    expect(events[0].type === 'message' && Buffer.compare(events[0].bytes, message)).toBe(0)
    expect(events[1]).toMatchObject({ sequence: records + 1 })
  })

  test('a message at the limit goes through, one byte more is refused by either end', () => {
    const { a, b } = openPair({ limits: { maxFrameBytes: 1024, maxMessageBytes: 5000 } })
    a.channel.append(patterned(5000))
    expect(() => a.channel.append(patterned(5001))).toThrow(expect.objectContaining({ code: 'message-too-large' }))
    expect(a.channel.sent).toBe(6)
    for (const frame of a.flush()) b.receive(frame)
    expect(b.events).toHaveLength(1)

    const generous = openPair({ limits: { maxFrameBytes: 1024, maxMessageBytes: 6000 } })
    const strict = openPair({ limits: { maxFrameBytes: 1024, maxMessageBytes: 5000 } })
    generous.a.channel.append(patterned(5001))
    const frames = generous.a.flush()
    for (const frame of frames.slice(0, -1)) expect(strict.b.receive(frame)).toEqual([])
    const before = strict.b.channel.received
    expect(() => strict.b.receive(frames.at(-1) as Uint8Array)).toThrow(
      expect.objectContaining({ code: 'message-too-large' }),
    )
    expect(strict.b.channel.received).toBe(before)
  })

  test('a message over the limit is found also when its end had come early', () => {
    const generous = openPair({ limits: { maxFrameBytes: 1024, maxMessageBytes: 6000 } })
    const strict = openPair({ limits: { maxFrameBytes: 1024, maxMessageBytes: 5000 } })
    generous.a.channel.append(patterned(5001))
    const [first, ...rest] = generous.a.flush()
    for (const frame of rest) strict.b.receive(frame)
    expect(() => strict.b.receive(first)).toThrow(expect.objectContaining({ code: 'message-too-large' }))
    expect(strict.b.channel.received).toBe(0)
  })

  test('a frame over the limit is refused', () => {
    const { b } = openPair({ limits: { maxFrameBytes: 1024 } })
    expect(() => b.receive(new Uint8Array(1025))).toThrow(expect.objectContaining({ code: 'frame-too-large' }))
  })
})

describe('order', () => {
  test('what comes early waits, what comes twice is dropped', () => {
    const { a, b } = openPair({ timing: LOSSY })
    const frames = ['one', 'two', 'three'].map((text) => {
      send(a, text)
      return a.flush()[0]
    })
    b.receive(frames[2])
    b.receive(frames[1])
    b.receive(frames[1])
    expect(b.takeTexts()).toEqual([])
    expect(b.channel.reorderedBytes).toBe(recordCost(bytesOf('two')) + recordCost(bytesOf('three')))
    b.receive(frames[0])
    b.receive(frames[0])
    expect(b.takeTexts()).toEqual(['one', 'two', 'three'])
    expect(b.channel.reorderedBytes).toBe(0)
  })

  test('beyond the limit what comes early is dropped, and repeated later', () => {
    const { a, b } = openPair({ timing: LOSSY, limits: { maxReorderedBytes: 40 } })
    const frames = ['one', 'two', 'three'].map((text) => {
      send(a, text)
      return a.flush()[0]
    })
    b.receive(frames[1])
    b.receive(frames[2])
    expect(b.channel.reorderedBytes).toBe(35)
    b.receive(frames[0])
    expect(b.takeTexts()).toEqual(['one', 'two'])
    exchange(a, b, 500)
    expect(b.takeTexts()).toEqual(['three'])
  })

  test('a kept record does not keep its frame alive', () => {
    const { a, b } = openPair({ timing: LOSSY })
    send(a, 'lost')
    a.flush()
    send(a, 'x', 'y'.repeat(1000))
    const [frame] = a.flush()
    b.receive(frame)
    frame.fill(0x7a, frame.length - 1001, frame.length - 1000) // where 'x' stood
    exchange(a, b, 150)
    expect(b.takeTexts()).toEqual(['lost', 'x', 'y'.repeat(1000)])
  })
})

describe('acknowledgements', () => {
  test('one goes alone after the delay, and then both ends are quiet', () => {
    const { a, b } = openPair({ timing: LOSSY })
    send(a, 'one')
    for (const frame of a.flush(0)) b.receive(frame, 5)
    expect(b.flush(5)).toEqual([])
    expect(b.channel.nextDeadline()).toBe(25)
    expect(b.flush(24)).toEqual([])
    const frames = b.flush(25)
    expect(kinds(frames)).toEqual([ACK])
    expect(frames[0]).toHaveLength(6)
    a.receive(frames[0], 26)
    expect([a.channel.acknowledged, a.channel.unackedBytes]).toEqual([1, 0])
    expect([a.channel.nextDeadline(), b.channel.nextDeadline()]).toEqual([null, null])
    expect([a.flush(9999), b.flush(9999)]).toEqual([[], []])
  })

  test('one rides on every data frame, and none goes alone then', () => {
    const { a, b } = openPair({ timing: LOSSY })
    send(a, 'call')
    for (const frame of a.flush(0)) b.receive(frame, 0)
    send(b, 'return')
    const frames = b.flush(1)
    expect(kinds(frames)).toEqual([DATA])
    for (const frame of frames) a.receive(frame, 2)
    expect(a.channel.acknowledged).toBe(1)
    expect(kinds(b.flush(50))).toEqual([])
  })

  test('one goes at once when more than half of the window was received, or something is odd', () => {
    const { a, b } = openPair({ timing: LOSSY, limits: { windowBytes: 1000 } })
    send(a, 'x'.repeat(468))
    for (const frame of a.flush(0)) b.receive(frame, 0)
    expect(kinds(b.flush(0))).toEqual([])
    send(a, 'y')
    const [repeated] = a.flush(0)
    b.receive(repeated, 0)
    expect(kinds(b.flush(0))).toEqual([ACK])
    b.receive(repeated, 0)
    expect(kinds(b.flush(0))).toEqual([ACK])
  })

  test('one of what was never sent is an error that changes nothing', () => {
    const { a, b } = openPair()
    const other = openPair()
    send(other.a, 'one', 'two')
    for (const frame of other.a.flush()) other.b.receive(frame)
    send(other.b, 'with an acknowledgement of 2')
    const [frame] = other.b.flush()
    expect(() => a.receive(frame)).toThrow(expect.objectContaining({ code: 'bad-ack' }))
    expect([a.channel.received, a.channel.state, b.channel.state]).toEqual([0, 'open', 'open'])
  })
})

describe('the window', () => {
  test('holds back what does not fit, and lets it go with the acknowledgements', () => {
    const { a, b } = openPair({ limits: { maxFrameBytes: 256, windowBytes: 600 } })
    send(a, ...Array.from({ length: 10 }, (_, index) => String(index).repeat(168)))
    expect(a.flush()).toHaveLength(3) // 200 each
    expect(a.flush()).toEqual([])
    send(a, 'more')
    expect(a.flush()).toEqual([])
    a.channel.linkClosed(instant(0))
    a.channel.linkOpened(instant(0))
    exchange(a, b)
    for (let now = 20; now <= 200; now += 20) exchange(a, b, now)
    expect(b.takeTexts()).toHaveLength(11)
    expect(a.channel.unackedBytes).toBe(0)
  })

  test('lets a record through that alone is wider', () => {
    const { a, b } = openPair({ limits: { windowBytes: 1 } })
    send(a, 'one', 'two')
    for (const now of [0, 20, 40]) exchange(a, b, now)
    expect(b.takeTexts()).toEqual(['one', 'two'])
  })

  test('a full outbox refuses the message and stays as it is, until there is room', () => {
    const { a, b } = openPair({ limits: { maxMessageBytes: 200, maxUnackedBytes: 300 } })
    send(a, 'x'.repeat(100), 'y'.repeat(100))
    expect(() => send(a, 'z'.repeat(5))).toThrow(expect.objectContaining({ name: 'LimitError', code: 'unacked-bytes' }))
    expect([a.channel.sent, a.channel.unackedBytes]).toEqual([2, 264])
    send(a, 'zzzz')
    exchange(a, b)
    exchange(a, b, 20)
    send(a, 'z'.repeat(5))
    exchange(a, b, 20)
    expect(b.takeTexts().map((text) => text.length)).toEqual([100, 100, 4, 5])
  })
})

describe('retransmission', () => {
  test('comes by the timer with growing waits up to the cap, and starts anew with progress', () => {
    const { a, b } = openPair({ timing: LOSSY })
    send(a, 'one')
    const sentAt: number[] = []
    let last: Uint8Array[] = []
    for (let now = 0; now <= 1600; now += 10) {
      const frames = a.flush(now)
      if (frames.length === 0) continue
      sentAt.push(now)
      last = frames
    }
    expect(sentAt).toEqual([0, 100, 300, 700, 1100, 1500])
    for (const frame of last) b.receive(frame, 1600)
    for (const frame of b.flush(1620)) a.receive(frame, 1620)
    expect(a.channel.nextDeadline()).toBeNull()
    send(a, 'two')
    a.flush(1700)
    expect(a.channel.nextDeadline()).toBe(1800)
  })

  test('after a time-out sends a single frame, and more with each progress', () => {
    const { a, b } = openPair({ timing: LOSSY, limits: { maxFrameBytes: 256 } })
    send(a, ...Array.from({ length: 40 }, () => 'x'.repeat(200)))
    expect(a.flush(0)).toHaveLength(40)
    const bursts: number[] = []
    for (let now = 100; now < 2000 && a.channel.unackedBytes > 0; now += 25) {
      const frames = a.flush(now)
      if (frames.length > 0) bursts.push(frames.length)
      for (const frame of frames) b.receive(frame, now)
      for (const frame of b.flush(now + 24)) a.receive(frame, now + 24)
    }
    expect(bursts.slice(0, 4)).toEqual([1, 2, 4, 8])
    expect(b.takeTexts()).toHaveLength(40)
  })

  test('comes before the timer when three acknowledgements repeat', () => {
    const { a, b } = openPair({ timing: LOSSY })
    const frames = Array.from({ length: 5 }, (_, index) => {
      send(a, `message ${index}`)
      return a.flush(0)[0]
    })
    const acks: Uint8Array[] = []
    for (const frame of frames.slice(1)) {
      b.receive(frame, 1)
      acks.push(...b.flush(1))
    }
    expect(kinds(acks)).toEqual([ACK, ACK, ACK, ACK])
    for (const ack of acks.slice(0, 2)) a.receive(ack, 2)
    expect(a.flush(2)).toEqual([])
    a.receive(acks[2], 2)
    const repaired = a.flush(2)
    expect(kinds(repaired)).toEqual([DATA])
    a.receive(acks[3], 2)
    expect(a.flush(2)).toEqual([])
    for (const frame of repaired) b.receive(frame, 3)
    expect(b.takeTexts()).toHaveLength(5)
  })

  test('never comes by a timer on a link that loses nothing', () => {
    const { a } = openPair()
    send(a, 'one')
    a.flush(0)
    expect(a.channel.nextDeadline()).toBeNull()
    expect(a.flush(1_000_000)).toEqual([])
  })
})
