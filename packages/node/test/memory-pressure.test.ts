import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const FILL = fileURLToPath(new URL('support/fill-memory.mjs', import.meta.url))

it('T4: a thread is told when little of its heap is left after a collection, before it is too late', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=256', FILL], {
    timeout: 60_000,
  })
  expect(stdout).toBe('short true\n')
})
