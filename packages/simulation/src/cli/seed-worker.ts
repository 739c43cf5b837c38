/** A thread that runs series of seeds. */
import { parentPort } from 'node:worker_threads'
import { type SearchOptions, search } from '../search.js'

// Programs are refused a call now and then: nobody reads where that came from.
Error.stackTraceLimit = 0

parentPort?.on('message', (options: SearchOptions) => parentPort?.postMessage(search(options)))
