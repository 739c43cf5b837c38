/** The side of a process that does deeds: see `DeedProcess`. */
import type { DeedReply, DeedRequest } from './deed-process.js'

export type Deeds = Readonly<Record<string, (...args: never[]) => unknown>>

/** Says something without being asked. */
export function say(value: unknown): void {
  send({ id: 0, value })
}

/** Does what comes from now on, and says that this process is ready. */
export function answerDeeds(deeds: Deeds): void {
  process.on('message', (request) => void answer(deeds, request as DeedRequest))
  // Whoever started it is gone.
  process.on('disconnect', () => process.exit())
  if (!process.connected) process.exit()
  say('ready')
}

async function answer(deeds: Deeds, { id, deed, args }: DeedRequest): Promise<void> {
  try {
    send({ id, value: await deeds[deed](...(args as never[])) })
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message: string }
    send({ id, error: { code: String(code), message } })
  }
}

function send(reply: DeedReply): void {
  process.send?.(reply, undefined, undefined, () => {})
}
