/** What a worker thread of a cluster runs. */
import { parentPort } from 'node:worker_threads'
import { UsageError } from '@holdfast/core'
import { expose } from 'comlink'
import { nodeEndpoint } from '../comlink-endpoint.js'
import { keepErrorCodes } from '../error-transfer.js'
import { WorkerFace } from './worker-face.js'

if (parentPort === null)
  throw new UsageError('no-parent', 'this file runs in a worker thread that a ThreadCluster starts')
keepErrorCodes()
expose(new WorkerFace(), nodeEndpoint(parentPort))
