/** What comlink's README shows, with the import changed. */
import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { createEndpoint, proxy, releaseProxy, transfer, transferHandlers, wrap } from '../src/index.js'
import type { Counter } from './support/counter.js'
import { rejection, useThreads } from './support/threads.js'

describe('a worker that is wrapped', () => {
  const start = useThreads()
  const counterOf = () => wrap<Counter>(start('counter-worker'))

  it('has its fields read, set and changed by methods', async () => {
    const counter = counterOf()
    expect(await counter.value).toBe(0)
    expect(await counter.increase()).toBe(1)
    // The types of a remote object say that it cannot be written to, as comlink's do.
    Object.assign(counter, { value: 7 })
    expect(await counter.value).toBe(7)
    expect(await counter.limits.most).toBe(10)
    void Object.assign(counter.limits, { most: 11 })
    expect(await counter.limits.most).toBe(11)
  })

  it('calls back, also a callback that it keeps', async () => {
    const counter = counterOf()
    expect(await counter.report(proxy((text: string) => text.toUpperCase()))).toBe('they said: A STRING FROM A WORKER')
    const seen: number[] = []
    Object.assign(counter, { onchange: proxy((value: number) => void seen.push(value)) })
    await counter.increase()
    await counter.increase()
    expect(seen).toEqual([1, 2])
  })

  it('has its classes constructed, and what they make is called there', async () => {
    const counter = counterOf()
    const tally = await new counter.Tally()
    expect(await tally.add(2)).toBe(2)
    const add = tally.add.bind(tally)
    expect(await add(3)).toBe(5)
    Object.assign(tally, { label: 'five' })
    expect(await tally.label).toBe('five')
  })

  it('gives the same proxy for the same object, and its own object back', async () => {
    const counter = counterOf()
    const tally = await new counter.Tally()
    expect(await counter.same(tally)).toBe(tally)
    const mine = proxy({ name: 'mine' })
    expect(await counter.same(mine)).toBe(mine)
  })

  it('has methods bound, for those who pass them on', async () => {
    const counter = counterOf()
    const increase = counter.increase.bind(counter)
    expect(await increase()).toBe(1)
  })

  it('gives ports at which it can be wrapped again', async () => {
    const counter = counterOf()
    const again = wrap<Counter>((await counter[createEndpoint]()) as never)
    await again.increase()
    expect(await counter.value).toBe(1)
  })

  it('takes what is transferred, as a copy', async () => {
    const data = new Uint8Array([1, 2, 3])
    const arrived = await counterOf().same(transfer(data, [data.buffer]))
    expect(arrived).toEqual(data)
    expect(data.byteLength).toBe(3)
  })

  it('throws what is thrown there', async () => {
    const error = await rejection(counterOf().fail())
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({ message: 'too far', cause: { message: 'a reason' } })
  })

  it('is no promise: it can be returned by an async function', async () => {
    const counter = counterOf()
    expect(await Promise.resolve(counter)).toBe(counter)
  })

  it('cannot be used any more when it was released', async () => {
    const counter = counterOf()
    await counter.increase()
    counter[releaseProxy]()
    expect(await rejection(counter.increase())).toMatchObject({ code: 'disposed' })
  })
})

describe('a worker that several connect to', () => {
  const start = useThreads()

  it('gives each the same object', async () => {
    const worker = start('shared-worker')
    const connect = () => {
      const { port1, port2 } = new MessageChannel()
      worker.postMessage({ port: port2 }, [port2])
      return wrap<Pick<Counter, 'value' | 'increase'>>(port1)
    }
    const [one, other] = [connect(), connect()]
    await one.increase()
    expect(await other.increase()).toBe(2)
    one[releaseProxy]()
    expect(await other.increase()).toBe(3)
  })
})

describe('a transfer handler', () => {
  const start = useThreads()
  afterEach(() => transferHandlers.clear())

  interface Clicks {
    onClick(event: object): void
    clicks(): string[]
    makeEvent(): object
  }

  class Button extends EventTarget {
    readonly id = 'the button'
  }

  it('copies events, so that a method of a worker can listen to a button', async () => {
    transferHandlers.set('EVENT', {
      canHandle: (value): value is Event => value instanceof Event,
      serialize: (event: Event) => [{ target: { id: (event.target as Button).id } }, []],
      deserialize: (plain: Event) => plain,
    })
    const far = wrap<Clicks>(start('clicks-worker'))
    const button = new Button()
    button.addEventListener('click', far.onClick.bind(far) as (event: Event) => void)
    button.dispatchEvent(new Event('click'))
    expect(await far.clicks()).toEqual(['the button'])
  })

  it('that only one side has makes the call reject, there and back', async () => {
    const far = wrap<Clicks>(start('clicks-worker'))
    expect(await rejection(far.onClick(new Event('click')))).toMatchObject({ code: 'not-clonable' })
    transferHandlers.set('OTHER', {
      canHandle: (value): value is Event => value instanceof Event,
      serialize: () => [{}, []],
      deserialize: (plain: Event) => plain,
    })
    expect(await rejection(far.onClick(new Event('click')))).toMatchObject({ code: 'unknown-codec' })
    transferHandlers.delete('OTHER')
    expect(await rejection(far.onClick(new Event('click')))).toMatchObject({ code: 'not-clonable' })
  })
})
