/** A tab with a node, joined to its opener or to one that the broker brings. Its URL says name and lease. */
import { type CallError, createNode, type Remote } from 'holdfast'
import { factory, madeBy, Peer } from './cast.js'

class Tab {
  kept: Remote<Peer> | null = null

  /** Opens another tab and hands it one end of a channel. @returns the name of its node */
  async open(id: string): Promise<string> {
    const { port1, port2 } = new MessageChannel()
    const other = window.open(`/tab.html#${id}`) as Window
    addEventListener('message', () => other.postMessage('join', location.origin, [port2]), { once: true })
    return globalThis.node.connect(port1)
  }

  /** Meets another tab that knows nothing of this one, by way of a shared worker. @returns the name of its node */
  async meet(): Promise<string> {
    const { port } = new SharedWorker('/broker.js', { type: 'module' })
    const joined = new Promise<MessagePort>((resolve) => {
      port.addEventListener('message', ({ ports }) => resolve(ports[0]))
    })
    port.start()
    return globalThis.node.connect(await joined)
  }

  /** An object here and one in another tab, which refer to each other and are referred to by nothing else. */
  async tie(id: string): Promise<Peer['body']> {
    const [here, there] = [new Peer(), await madeBy(id)]
    await there.meet(here)
    here.meet(there)
    return there.peer.body
  }

  /** Says so when this tab goes. */
  sayFarewell(): void {
    addEventListener('pagehide', () => globalThis.node.close())
  }

  async keepOne(id: string): Promise<void> {
    this.kept = await madeBy(id)
  }

  /** Calls the object that this tab keeps. @returns what was answered, or how it failed */
  async ask(): Promise<string> {
    try {
      return (await this.kept?.hello()) ?? 'nothing kept'
    } catch (error) {
      return (error as CallError).code
    }
  }
}

declare global {
  var tab: Tab
}

globalThis.tab = new Tab()
const { searchParams, hash } = new URL(location.href)
const term = Number(searchParams.get('term') ?? 30_000)
globalThis.node = createNode({ id: hash.slice(1), rounds: null, lease: { term, drift: 0.01 } })
globalThis.node.publish('factory', factory)
if (opener !== null) {
  addEventListener('message', ({ ports }) => void globalThis.node.connect(ports[0]))
  ;(opener as Window).postMessage('ready', location.origin)
}
