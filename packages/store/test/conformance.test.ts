import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { storeConformance } from '../src/conformance.js'
import { MemoryStore } from '../src/index.js'
import { LevelStore } from '../src/level/index.js'

const tools = { describe, test, expect }

storeConformance(tools, 'a store in memory', async () => {
  let store = new MemoryStore()
  return {
    reopen: () => store,
    second: () => store,
    die: async () => {
      store = store.copy()
    },
    dispose: () => store.close(),
  }
})

storeConformance(tools, 'a store in a folder', async () => {
  const root = await mkdtemp(join(tmpdir(), 'holdfast-store-'))
  let folder = join(root, 'first')
  return {
    reopen: () => new LevelStore(folder),
    second: () => new LevelStore(folder),
    die: async (store) => {
      // What is on disk while it is open is what a death leaves; within one process the lock has to go by a close.
      const before = folder
      folder = join(root, 'copy')
      await cp(before, folder, { recursive: true })
      await store.close()
    },
    dispose: () => rm(root, { recursive: true }),
  }
})
