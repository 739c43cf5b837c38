/** Notes the messages of one kind as they are put on their wires. */
import type { Message } from '@holdfast/core'
import { messagesIn } from './frames.js'
import type { World } from './world.js'

type MessageOf<T extends Message['type']> = Extract<Message, { type: T }>

/** @param from whose messages; everybody's if left out @returns those that have been seen so far */
export function watch<T extends Message['type']>(world: World, type: T, from?: string): MessageOf<T>[] {
  const seen: MessageOf<T>[] = []
  const before = world.onFrame
  world.onFrame = (sender, frame) => {
    before?.(sender, frame)
    if (from !== undefined && sender !== from) return
    for (const message of messagesIn(frame)) if (message.type === type) seen.push(message as MessageOf<T>)
  }
  return seen
}
