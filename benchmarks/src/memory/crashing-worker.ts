/** A peer that holds what it has got until its thread is terminated. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { createNode } from '@holdfast/node'
import { QUIET } from '../measure/quiet.js'
import { LEASE, visit } from './visit.js'

const { name, port } = workerData as { readonly name: string; readonly port: MessagePort }
const peer = createNode({ id: name, lease: LEASE, ...QUIET })
await peer.connect(port)
const held = await visit(peer)
parentPort?.postMessage(held?.length)
