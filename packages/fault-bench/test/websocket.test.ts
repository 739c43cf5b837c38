/** Short runs of the whole bench: what it finds right, and that it finds what is wrong. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BenchOutcome } from '../src/controller/bench.js'
import { faults } from './support.js'

const SHORT = ['--minutes', '0.7', '--term', '800', '--seed', '179']
/** It ends at the first thing that it finds; on a busy machine there are fewer calls a second to find it with. */
const UNTIL_FOUND = ['--minutes', '2', '--term', '800', '--seed', '179']

describe('processes joined by WebSockets, with faults all the time', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-faults-test-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('L2, X2: lose nothing, and what nobody holds is gone', async () => {
    const json = join(folder, 'found.json')
    const { code, lines, errors } = await faults([...SHORT, '--json', json])
    expect([code, lines.at(-1)], [...lines, errors].join('\n')).toEqual([
      0,
      expect.stringMatching(/^WebSockets, seed 179, \d+:\d\d: \d+ faults injected, \d+ checks, nothing lost$/),
    ])
    const { faults: count, checks, calls, findings, injected } = JSON.parse(readFileSync(json, 'utf8')) as BenchOutcome
    expect(findings).toEqual([])
    expect(count).toBeGreaterThan(5)
    // What this seed begins with.
    expect(injected).toHaveProperty('kill durable')
    expect(calls.succeeded).toBeGreaterThan(200)
    expect(checks[0].references).toBeGreaterThan(20)
  }, 180_000)
})

describe('a program that is wrong', () => {
  it.each([
    ['frees what others hold', 'free', /FOUND premature: .*no such object any more/],
    ['keeps what nobody holds', 'keep', /FOUND leak: .*objects that nobody holds/],
    ['carries out calls twice', 'twice', /FOUND twice: /],
    ['forgets what it has acknowledged', 'forget', /FOUND lost: the durable node has acknowledged increments/],
    ['does not answer', 'hang', /FOUND hangs: /],
  ])(
    'and %s is found, with what had been done to it',
    async (_what, flaw, finding) => {
      const { code, lines } = await faults([...UNTIL_FOUND, '--flaw', flaw])
      const text = lines.join('\n')
      expect(text).toMatch(finding)
      expect([code, lines.at(-1)]).toEqual([1, expect.stringMatching(/LOST \d+$/)])
      const logs = /^what the processes have printed: (.*)$/m.exec(text)?.[1] ?? ''
      expect(readFileSync(join(logs, 'm1.log'), 'utf8')).toContain('peer-up')
      expect(readFileSync(join(logs, 'faults.log'), 'utf8')).not.toBe('')
      rmSync(dirname(logs), { recursive: true })
    },
    240_000,
  )
})
