/** The other node of the measurement of calls: owns one half of every cycle, and answers. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { byReference, createNode } from '@holdfast/node'
import { PauseWatch } from '../measure/pauses.js'
import { QUIET } from '../measure/quiet.js'
import { Half } from './half.js'

const node = createNode({ id: 'worker', ...QUIET })
let watch = new PauseWatch()
node.publish(
  'service',
  byReference({
    make: () => new Half(),
    echo: (value: number) => value,
    begin: () => {
      watch.stop()
      watch = new PauseWatch()
    },
    end: () => watch.stop(),
  }),
)
await node.connect((workerData as { readonly port: MessagePort }).port)
parentPort?.postMessage('ready')
