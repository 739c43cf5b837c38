/** Three processes: one owns pages, two hold some of them; one of those is killed, and the pages that only it held are freed. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createNode, type HoldfastNode } from '@holdfast/node'
import { nodeCollection } from './collection.js'
import { Page } from './page.js'
import { enter, OPTIONS, type Place } from './place.js'

export interface PlayOptions {
  /** A NATS server to meet at. Default: none, the owner listens and the others connect to it. */
  readonly nats: string | undefined
  readonly print: (line: string) => void
  readonly signal: AbortSignal
}

const PATIENCE_MS = 60_000

/** @returns whether exactly the right pages were freed */
export async function playProcesses({ nats, print, signal }: PlayOptions): Promise<boolean> {
  using owner = createNode({ id: 'owner', ...OPTIONS })
  const place: Place = nats === undefined ? { address: (await owner.listen(0)).address ?? '' } : { nats }
  if ('nats' in place) await enter(owner, place)
  print(
    `owner  is process ${process.pid}, ${'nats' in place ? `in the cluster at ${place.nats}` : `at ${place.address}`}`,
  )
  const freed = publish(owner, ['first', 'second'])
  const readers: ChildProcess[] = []
  try {
    readers.push(await start('left', place, ['first', 'second']), await start('right', place, ['second']))
    const [left, right] = readers
    print(`left   is process ${left.pid} and holds the first and the second page`)
    print(`right  is process ${right.pid} and holds the second page`)
    for (const title of ['first', 'second']) owner.unpublish(title)
    await nodeCollection(owner)
    if (freed.length > 0) return false
    print('owner  refers to neither of them any more; both are kept')
    left.kill('SIGKILL')
    print('left   is killed')
    await until(owner, () => freed.length > 0, signal)
    print(`owner  has given it up and freed: ${freed.join(', ')}`)
    print(`right  reads the second page: ${await ask(right, 'read')}`)
    await ask(right, 'forget')
    print('right  lets go of it')
    await until(owner, () => freed.length > 1, signal)
    print(`owner  has freed: ${freed.join(', ')}`)
    return freed.join() === 'first,second'
  } finally {
    for (const reader of readers) reader.kill('SIGKILL')
  }
}

/** @returns the titles of those that are freed, in that order */
function publish(owner: HoldfastNode, titles: readonly string[]): string[] {
  const freed: string[] = []
  for (const title of titles) {
    const page = new Page()
    page.text = `this is the ${title} page`
    owner.onReclaimed(page, () => freed.push(title))
    owner.publish(title, page)
  }
  return freed
}

async function start(name: string, place: Place, titles: readonly string[]): Promise<ChildProcess> {
  const reader = fork(new URL('./reader.js', import.meta.url), [JSON.stringify({ name, place, titles })])
  await once(reader, 'message')
  return reader
}

async function ask(reader: ChildProcess, task: string): Promise<string> {
  const answered = once(reader, 'message')
  reader.send(task)
  return String((await answered)[0])
}

async function until(owner: HoldfastNode, holds: () => boolean, signal: AbortSignal): Promise<void> {
  const begun = performance.now()
  while (!holds() && performance.now() - begun < PATIENCE_MS) {
    await sleep(100, undefined, { signal })
    await nodeCollection(owner)
  }
}
