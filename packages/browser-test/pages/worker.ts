/** A web worker with a node: the first message says how to make it, and each brings a port to join it by. */
import { createNode, type NodeOptions } from 'holdfast'
import { factory } from './cast.js'

addEventListener('message', ({ data, ports }: MessageEvent<NodeOptions>) => {
  if (globalThis.node === undefined) {
    globalThis.node = createNode(data)
    globalThis.node.publish('factory', factory)
  }
  void globalThis.node.connect(ports[0])
})
