/** What a worker thread of a cluster runs. */
import { parentPort } from 'node:worker_threads'
import { UsageError } from '@holdfast/core'
import { expose } from 'comlink'
import { nodeEndpoint } from '../comlink-endpoint.js'
import { HostFace } from './host-face.js'

if (parentPort === null) throw new UsageError('no-parent', 'this file runs in a worker thread that a Cluster starts')
expose(new HostFace(), nodeEndpoint(parentPort))
