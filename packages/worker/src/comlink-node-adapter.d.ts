/**
 * Comlink ships the types of this module as `node-adapter.d.ts`, which TypeScript does not look for beside an `.mjs`. Nothing of
 * this file is in the package's own declarations: `comlink-endpoint.ts` states its type without naming the module.
 */
declare module 'comlink/dist/esm/node-adapter.mjs' {
  import type { MessagePort, Worker } from 'node:worker_threads'
  import type { Endpoint } from 'comlink'

  const nodeEndpoint: (port: Worker | MessagePort) => Endpoint

  export { nodeEndpoint as default }
}
