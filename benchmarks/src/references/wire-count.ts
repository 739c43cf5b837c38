/** Counts what a thread posts, on whatever port: some systems open new ones. Slow, so never while the clock runs. */

import { serialize } from 'node:v8'
import { MessagePort } from 'node:worker_threads'

export interface WireCount {
  readonly messages: number
  readonly bytes: number
}

/** Counts from now on, for good. @returns what was posted since */
export function countPosts(): () => WireCount {
  const count = { messages: 0, bytes: 0 }
  const post = Reflect.get(MessagePort.prototype, 'postMessage') as (this: MessagePort, ...args: unknown[]) => void
  MessagePort.prototype.postMessage = function counting(this: MessagePort, ...args: unknown[]): void {
    count.messages++
    count.bytes += sizeOf(args[0])
    post.call(this, ...args)
  }
  return () => ({ ...count })
}

function sizeOf(message: unknown): number {
  if (ArrayBuffer.isView(message) || message instanceof ArrayBuffer) return message.byteLength
  try {
    return serialize(message).length
  } catch {
    // It has a port in it, whose own bytes nobody knows.
    return JSON.stringify(message, (_, value: unknown) => (value instanceof MessagePort ? null : value)).length
  }
}
