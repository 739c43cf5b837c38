/** The worker thread of a system: answers calls that come by its ports. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type CallSystemName, createCallSystem } from './call-system.js'

const { name, ports } = workerData as { readonly name: CallSystemName; readonly ports: readonly MessagePort[] }
// Holdfast says hello first: nobody waits for it here.
for (const [index, port] of ports.entries()) {
  const system = await createCallSystem(name, `answerer-${index}`)
  void system.serve(port)
}
parentPort?.postMessage('ready')
