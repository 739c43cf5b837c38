/** A thread that runs series of seeds. */
import { parentPort } from 'node:worker_threads'
import { type SearchOptions, search } from '../search.js'

parentPort?.on('message', (options: SearchOptions) => parentPort?.postMessage(search(options)))
