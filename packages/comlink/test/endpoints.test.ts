/** How the two sides of an endpoint find each other, whatever it is and whoever comes first. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import {
  type Comlink,
  EndpointClosedError,
  expose,
  type Remote,
  type WebEndpoint,
  windowEndpoint,
  wrap,
} from '../src/index.js'
import { useComlinks } from './support/comlinks.js'
import type { Counter } from './support/counter.js'
import { rejection, useThreads } from './support/threads.js'

const greeter = (name: string) => ({ greet: (other: string): string => `${name} greets ${other}` })
type Greeter = ReturnType<typeof greeter>

/** A window, which hears only those who listen at the moment. */
class FakeWindow extends EventTarget {
  /** Whose messages these are, and where they say they come from. */
  readonly origin: string
  constructor(origin: string) {
    super()
    this.origin = origin
  }
  /** As another window has it in hand. */
  seenFrom(sender: FakeWindow): object {
    const postMessage = (data: unknown, _targetOrigin: string, transfer: never[] = []): void => {
      const { port1, port2 } = new MessageChannel()
      port2.once('message', (copy) => {
        const event = Object.assign(new Event('message'), { data: copy as unknown, origin: sender.origin })
        this.dispatchEvent(event)
        port2.close()
      })
      port1.postMessage(data, transfer)
    }
    return { postMessage }
  }
}

const endpointOf = (own: FakeWindow, other: FakeWindow): WebEndpoint =>
  windowEndpoint(other.seenFrom(own) as never, own as never)

describe('two sides of an endpoint', () => {
  const start = useThreads()
  const comlink = useComlinks()

  it.each([0, 150])('find each other when the worker exposes %i ms after it began', async (delayMs) => {
    const counter = wrap<Counter>(start('counter-worker', { delayMs }))
    expect(await counter.increase()).toBe(1)
  })

  it('find each other when nobody wraps for a while', async () => {
    const worker = start('counter-worker')
    await sleep(400)
    expect(await wrap<Counter>(worker).increase()).toBe(1)
  })

  it('keep the order of what is asked before and after they have met', async () => {
    const counter = wrap<Counter>(start('counter-worker', { delayMs: 50 }))
    const early = Array.from({ length: 5 }, () => counter.increase())
    await early[0]
    const late = Array.from({ length: 5 }, () => counter.increase())
    expect(await Promise.all([...early, ...late])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('may both expose, and be the same two threads at several endpoints, over one link', async () => {
    const [one, other] = [comlink(), comlink()]
    const channels = Array.from({ length: 3 }, () => new MessageChannel())
    const proxies = channels.flatMap(({ port1, port2 }) => {
      one.expose(greeter('one'), port1)
      other.expose(greeter('other'), port2)
      return [one.wrap<Greeter>(port1), other.wrap<Greeter>(port2)]
    })
    const greetings = await Promise.all(proxies.map((proxy) => proxy.greet('you')))
    expect(greetings).toEqual(Array.from({ length: 3 }, () => ['other greets you', 'one greets you']).flat())
    expect(one.node.peers).toEqual([other.node.id])
    expect(one.node.stats().sessions).toHaveLength(1)
  })

  it('answer a question once, however often it is asked', async () => {
    const { port1, port2 } = new MessageChannel()
    const sayings: string[] = []
    port2.on('message', ({ comlink: saying }: { comlink: string }) => sayings.push(saying))
    comlink().expose(greeter('one'), port1)
    // It asks by itself, and again when it hears that something is there.
    expect(await comlink().wrap<Greeter>(port2).greet('you')).toBe('one greets you')
    expect(sayings).toEqual(['here', 'answer'])
  })

  it('leave other messages alone', async () => {
    const { port1, port2 } = new MessageChannel()
    const heard: unknown[] = []
    port1.on('message', (message) => heard.push(message))
    comlink().expose(greeter('one'), port2)
    port2.postMessage('unrelated')
    port1.postMessage({ comlink: 'ask', question: 4 })
    expect(await comlink().wrap<Greeter>(port1).greet('you')).toBe('one greets you')
    expect(heard).toContain('unrelated')
  })

  it('may be in one thread', async () => {
    const { port1, port2 } = new MessageChannel()
    const object = { ...greeter('one'), copy: (value: object): object => value }
    expose(object, port1)
    const far = wrap<typeof object>(port2)
    expect(await far.greet('you')).toBe('one greets you')
    const value = { x: 1 }
    expect(await far.copy(value)).toEqual(value)
    expect(await far.copy(value)).not.toBe(value)
    port1.close()
  })

  it('may be windows, in whichever order they load', async () => {
    const [page, frame] = [new FakeWindow('https://page'), new FakeWindow('https://frame')]
    const far = comlink().wrap<Greeter>(endpointOf(page, frame))
    const greeting = far.greet('you')
    await sleep(20)
    comlink().expose(greeter('frame'), endpointOf(frame, page), [/^https:/])
    expect(await greeting).toBe('frame greets you')
  })

  it('do not meet where the origin is not allowed', async () => {
    const [page, frame] = [new FakeWindow('https://page'), new FakeWindow('https://frame')]
    const host = comlink()
    host.expose(greeter('frame'), endpointOf(frame, page), ['https://elsewhere'])
    const far = comlink().wrap<Greeter>(endpointOf(page, frame))
    expect(await Promise.race([far.greet('you'), sleep(100, 'nothing')])).toBe('nothing')
    expect(host.node.peers).toEqual([])
  })

  it('hear of it when the other is closed before it exposes anything', async () => {
    const { port1, port2 } = new MessageChannel()
    const far = comlink().wrap<Greeter>(port1)
    const call = rejection(far.greet('you'))
    port2.close()
    expect(await call).toBeInstanceOf(EndpointClosedError)
    const worker = start('counter-worker', { delayMs: 10_000 })
    const counter = rejection(wrap<Counter>(worker).increase())
    await worker.terminate()
    expect(await counter).toMatchObject({ code: 'endpoint-closed' })
  })

  it('pass on what they have wrapped: the receiver has the same object, and gets to it alone', async () => {
    const [owner, middle, far] = [comlink(), comlink(), comlink()]
    const link = (exposing: Comlink, object: object, wrapping: Comlink) => {
      const { port1, port2 } = new MessageChannel() as { port1: MessagePort; port2: MessagePort }
      exposing.expose(object, port1)
      return wrapping.wrap<{ keep(value: object): Promise<void> } & Greeter>(port2)
    }
    const kept: Remote<Greeter>[] = []
    const box = link(far, { keep: (value: Remote<Greeter>) => void kept.push(value), greet: String }, middle)
    await box.greet('box')
    // Not there yet when it is passed on.
    const greeting = link(owner, greeter('owner'), middle)
    await box.keep(greeting)
    await box.keep(greeting)
    expect(kept[1]).toBe(kept[0])
    expect(await kept[0].greet('far')).toBe('owner greets far')
    middle.close()
    expect(await kept[0].greet('far')).toBe('owner greets far')
  })
})
