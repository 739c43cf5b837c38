/** The thread that owns the objects: a control channel beside the system that is measured. */
import { setImmediate as macrotask } from 'node:timers/promises'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { usedBytes } from '../measure/memory.js'
import { PauseWatch } from '../measure/pauses.js'
import type { Answers, Question } from './owner-thread.js'
import { createOwner, type ReferenceSystemName } from './reference-system.js'
import { countPosts } from './wire-count.js'

const { system, port, isWatched } = workerData as {
  readonly system: ReferenceSystemName
  readonly port: MessagePort
  readonly isWatched: boolean
}
const owner = await createOwner(system)
const watched: WeakRef<object>[] = []
const posted = isWatched ? countPosts() : () => ({ messages: 0, bytes: 0 })
let pauses: PauseWatch | null = null

const answers: { readonly [Name in Question]: (count: number) => Answers[Name] | Promise<Answers[Name]> } = {
  bytes: () => usedBytes(),
  held: () => owner.held,
  posted: () => posted(),
  living: () => watched.filter((ref) => ref.deref() !== undefined).length,
  async itemBytes(count) {
    const items = Array.from({ length: count }, (): object | null => null)
    const before = await usedBytes()
    for (let place = 0; place < count; place++) items[place] = owner.create()
    const after = await usedBytes()
    return items.length === 0 ? 0 : (after - before) / items.length
  },
  async collect() {
    await macrotask()
    gc?.()
    await macrotask()
    return null
  },
  watch() {
    pauses?.stop()
    pauses = new PauseWatch()
    return null
  },
  pauses() {
    const stopped = pauses?.stop() ?? { late: [], collections: [] }
    pauses = null
    return stopped
  },
}

parentPort?.on('message', ({ question, count }: { readonly question: Question; readonly count: number }) => {
  void Promise.resolve(answers[question](count)).then((answer) => parentPort?.postMessage(answer))
})
await owner.serve(port, (object) => {
  if (isWatched) watched.push(new WeakRef(object))
})
parentPort?.postMessage('ready')
