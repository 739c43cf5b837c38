import { describe, expect, it } from 'vitest'
import { completeOptions, sharedOptions } from '../src/cluster/cluster-options.js'

const module = new URL('file:///room-worker.js')
const dial = (): null => null

describe('the options of a cluster', () => {
  it('have the main node coordinate for all, under a lease of threads', () => {
    const { node, names } = completeOptions({ module, nodes: 2 })
    expect(names).toEqual(['node-0', 'node-1'])
    expect(node).toEqual({ id: 'main', coordinator: 'main', lease: { term: 5000, drift: 0.01 } })
    expect(sharedOptions(node)).toEqual({ coordinator: 'main', lease: { term: 5000, drift: 0.01 } })
  })

  it('give workers what holds for all nodes, and nothing that a thread cannot be sent', () => {
    const lease = { term: 800, drift: 0.05 }
    const garbage = { share: 0 }
    const given = { id: 'home', rounds: null, dial, garbage, reconnectMs: 50, assignable: true, incarnation: 7 }
    const { node } = completeOptions({ module, names: ['east'], lease, node: given })
    expect(node).toEqual({ ...given, coordinator: 'home', lease })
    expect(sharedOptions(node)).toEqual({ coordinator: 'home', lease, garbage, reconnectMs: 50, assignable: true })
  })

  it('complete a lease by what the main node is told, and by that of threads', () => {
    const { node } = completeOptions({
      module,
      names: ['east'],
      lease: { term: 800 },
      node: { lease: { term: 9, drift: 0.05 } },
    })
    expect(node.lease).toEqual({ term: 800, drift: 0.05 })
    expect(completeOptions({ module, names: ['east'], lease: { term: 800 } }).node.lease.drift).toBe(0.01)
  })
})
