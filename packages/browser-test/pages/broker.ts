/** A shared worker without a node that joins tabs: each two that come get the ends of a channel. */
let waiting: MessagePort | null = null

addEventListener('connect', (event) => {
  const [arrived] = (event as MessageEvent).ports
  if (waiting === null) {
    waiting = arrived
    return
  }
  const { port1, port2 } = new MessageChannel()
  waiting.postMessage('join', [port1])
  arrived.postMessage('join', [port2])
  waiting = null
})
