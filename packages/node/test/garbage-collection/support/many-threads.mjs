// Threads that start together each find a way to force a collection of their own, and none shows it to the program.
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { forcedCollection } from '../../../dist/garbage-collection/node-collections.js'

const THREADS = 8

if (isMainThread) {
  const answers = Array.from({ length: THREADS }, () => {
    const worker = new Worker(new URL(import.meta.url))
    return new Promise((resolve) => worker.once('message', resolve))
  })
  process.stdout.write(JSON.stringify(await Promise.all(answers)))
} else {
  const collect = forcedCollection()
  const ref = new WeakRef({})
  setImmediate(() => {
    collect?.()
    parentPort.postMessage({ died: ref.deref() === undefined, shown: typeof globalThis.gc })
  })
}
