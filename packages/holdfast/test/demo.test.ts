import { expect, test } from 'vitest'
import { runCommand } from './support/run-command.js'

test('the demo plays seven scenes in less than a minute, and every step is right', async () => {
  const startedAt = performance.now()
  const { code, stdout, stderr } = await runCommand(['demo'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(performance.now() - startedAt).toBeLessThan(60_000)
  const freed = [...stdout.matchAll(/freed +(.+), in [\d,.]+ ms: (.+)$/gm)].map(([, what, mark]) => `${what}: ${mark}`)
  expect(freed).toEqual([
    '6 by reference listing, 0 by tracing: right',
    '0 by reference listing, 2 by tracing: right',
    '0 by reference listing, 1,000 by tracing: right',
    'nothing: right',
    '1 by reference listing, 2 by tracing: right',
    '0 by reference listing, 2 by the end of a lease, 2 by tracing: right',
    '0 by reference listing, 2 by tracing: right',
    '3,389 by reference listing, 217,597 by tracing: right',
  ])
  expect(stdout).toMatch(/All steps are right\.\n$/)
})
