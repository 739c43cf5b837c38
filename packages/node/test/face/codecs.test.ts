/** Objects that a codec copies, and views of remote objects as arguments. */
import { Managed } from '@holdfast/heap/managed'
import { afterEach, describe, expect, it } from 'vitest'
import { byReference, type Codec, calling, createNode, type HoldfastNode } from '../../src/index.js'
import { join } from '../support/face.js'

class Point {
  readonly x: number
  readonly next: unknown
  constructor(x: number, next: unknown = null) {
    this.x = x
    this.next = next
  }
}

class Counter extends Managed {
  count = 0
}

const POINT: Codec = {
  accepts: (object) => object instanceof Point,
  encode: (object) => [(object as Point).x, (object as Point).next],
  decode: (value) => new Point(...(value as [number, unknown])),
}

describe('values that a codec copies', () => {
  let nodes: HoldfastNode[] = []
  afterEach(() => {
    for (const node of nodes) node.close()
    nodes = []
  })

  async function echo(...codecs: Map<string, Codec>[]): Promise<{ same(value: unknown): Promise<unknown> }> {
    nodes = codecs.map((map, index) => createNode({ id: `n${index}`, rounds: null, codecs: map }))
    const [alice, bob] = nodes
    await join(alice, bob)
    bob.publish('echo', byReference({ same: (value: unknown) => value }))
    return (await alice.lookup('n1', 'echo')) as unknown as { same(value: unknown): Promise<unknown> }
  }

  it('arrive as what they were, within others and with references in them, both ways', async () => {
    const far = await echo(new Map([['point', POINT]]), new Map([['point', POINT]]))
    const counter = new Counter()
    const [{ at }] = (await far.same([{ at: new Point(1, new Point(2, counter)) }])) as { at: Point }[]
    expect(at).toBeInstanceOf(Point)
    expect(at.next).toBeInstanceOf(Point)
    expect((at.next as Point).next).toBe(counter)
  })

  it('reject where the other side does not know the kind', async () => {
    const far = await echo(new Map([['point', POINT]]), new Map())
    await expect(far.same(new Point(1))).rejects.toMatchObject({ code: 'unknown-codec' })
  })

  it('are what the program puts between: a view of a remote object is that object', async () => {
    const far = await echo(new Map(), new Map())
    expect(await far.same(calling(far, { timeoutMs: 1000 }))).toBe(far)
  })
})
