/** The worker thread of a scenario: holds what it is told to. */
import { setImmediate as macrotask } from 'node:timers/promises'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { createSystem, type Item, type SystemName } from './rpc-system.js'
import { type Command, ITEMS } from './scenario.js'

const { name, port } = workerData as { readonly name: SystemName; readonly port: MessagePort }
const system = await createSystem(name, 'holder')
const own = system.service({ never: () => new Promise(() => {}) })
const service = await system.connect(port, own)
const held: unknown[] = []

async function entangle(): Promise<void> {
  for (let count = 0; count < ITEMS; count++) {
    const far = await system.call(service, 'make')
    const near: Item = system.item(true)
    await system.call(far, 'meet', near)
    near.meet(far)
  }
}

async function carryOut(command: Command): Promise<void> {
  switch (command) {
    case 'hold':
      for (let count = 0; count < ITEMS; count++) held.push(await system.call(service, 'make'))
      break
    case 'drop':
      held.length = 0
      break
    case 'entangle':
      await entangle()
      break
    case 'collect':
      await macrotask()
      gc?.()
      await macrotask()
  }
}

parentPort?.on('message', (command: Command) => {
  void carryOut(command).then(() => parentPort?.postMessage(command))
})
parentPort?.postMessage('ready')
