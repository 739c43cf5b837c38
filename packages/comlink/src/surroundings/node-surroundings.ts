/** What a thread of Node has. Chosen as `#surroundings` by the package's `imports`; browsers get `browser-surroundings.ts`. */
import { parentPort } from 'node:worker_threads'
import type { Endpoint } from '../endpoint.js'

/** What joins this thread to whoever has started it; null in the main thread. */
export const ownEndpoint = (): Endpoint | null => parentPort
