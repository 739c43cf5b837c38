import { HoldfastNode } from './node.js'
import { completeOptions, type NodeOptions } from './node-options.js'

/** A node of this thread. `connect` it to others. @throws ProtocolError `bad-id` */
export function createNode(options: NodeOptions): HoldfastNode {
  return new HoldfastNode(completeOptions(options))
}
