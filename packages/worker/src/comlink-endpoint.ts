/** A typed door to comlink's adapter for node's worker threads, whose types comlink-node-adapter.d.ts declares. */
import type { MessagePort, Worker } from 'node:worker_threads'
import type { Endpoint } from 'comlink'
import nodeAdapter from 'comlink/dist/esm/node-adapter.mjs'

/** Wraps a worker, or a worker's parent port, for comlink. */
export const nodeEndpoint: (port: Worker | MessagePort) => Endpoint = nodeAdapter
