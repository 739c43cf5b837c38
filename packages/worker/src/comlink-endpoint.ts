/** A typed door to comlink's adapter for node's worker threads, which has no types of its own. */
import type { MessagePort, Worker } from 'node:worker_threads'
import type { Endpoint } from 'comlink'
// @ts-ignore: the module has no declarations
import nodeAdapter from 'comlink/dist/esm/node-adapter.mjs'

/** Wraps a worker, or a worker's parent port, for comlink. */
export const nodeEndpoint = nodeAdapter as (port: Worker | MessagePort) => Endpoint
