/** A process that holds pages of another. Its parent says what to do, and hears when it is done. */
import { createNode, type Remote } from '@holdfast/node'
import { nodeCollection } from './collection.js'
import type { Page } from './page.js'
import { enter, OPTIONS, type Place } from './place.js'

interface ReaderTask {
  readonly name: string
  readonly place: Place
  readonly titles: readonly string[]
}

const { name, place, titles } = JSON.parse(process.argv[2]) as ReaderTask
const node = createNode({ id: name, ...OPTIONS })
await enter(node, place)
const pages = new Map<string, Remote<Page>>()

/** In functions of their own: a module that waits at its top level keeps what it has waited for. */
async function take(): Promise<void> {
  for (const title of titles) pages.set(title, await node.lookup<Page>('owner', title))
}

async function read(): Promise<string> {
  return (await pages.get('second')?.read()) ?? ''
}

async function letGo(): Promise<string> {
  pages.clear()
  while (node.tables.imports > 0) await nodeCollection(node)
  return 'let go'
}

process.on('message', (task) => {
  void (task === 'read' ? read() : letGo()).then((said) => process.send?.(said))
})
process.on('disconnect', () => node.close())
await take()
process.send?.('holds')
