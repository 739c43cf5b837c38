/** Comlinks of one thread, each as if it were a thread's own; closed with their test. */
import { afterEach } from 'vitest'
import { Comlink, type ComlinkOptions } from '../../src/index.js'

export function useComlinks(): (options?: ComlinkOptions) => Comlink {
  const made: Comlink[] = []
  afterEach(() => {
    for (const comlink of made.splice(0)) comlink.close()
  })
  return (options = {}) => {
    const comlink = new Comlink({ rounds: null, ...options })
    made.push(comlink)
    return comlink
  }
}
