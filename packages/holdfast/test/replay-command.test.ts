import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HEAP, KNOWN_CUTS } from './support/known-cuts.js'
import { runCommand } from './support/run-command.js'

const FIELDS =
  'objects references roots nodes partition cut count seed killed crossReferences liveBefore lost garbage freedBy missed ' +
  'wronglyFreed fingerprint tables rounds messages bytes timeMs v8FullGcMs peakRssBytes ok'

let folder: string
/** A copy with a name of its own, by which processes that work on it can be found. */
let heap: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
  heap = join(folder, 'heap.rhg.gz')
  copyFileSync(HEAP, heap)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Command lines of running processes that name the copy; needs /proc. */
function processesAt(path: string): string[] {
  const commandLine = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    } catch {
      return ''
    }
  }
  return readdirSync('/proc')
    .map(commandLine)
    .filter((line) => line.includes(path))
}

describe('holdfast replay', () => {
  test('prints one line of JSON and nothing else on stdout, with the fields in their order', async () => {
    const { fingerprint } = KNOWN_CUTS[3]
    const { code, stdout, stderr } = await runCommand(['replay', heap, '--cut', 'roots', '--count', '5000', '--json'])
    expect(stdout).toMatch(/^\{[^\n]+\}\n$/)
    const result = JSON.parse(stdout) as object
    expect(Object.keys(result).join(' ')).toBe(FIELDS)
    expect(result).toMatchObject({
      count: 5000,
      garbage: 405,
      freedBy: { refcount: 401, lease: 0, tracing: 4 },
      fingerprint,
      ok: true,
    })
    expect(stderr).toMatch(/read heap\.rhg\.gz[^]*spread over 4 worker threads[^]*collected in/)
    expect(code).toBe(0)
  })

  test('tells people what was freed by whom, and exits with 1 when something is missed', async () => {
    const { code, stdout, stderr } = await runCommand(
      `replay ${heap} --cut nodes --count 2000 --collectors refcount`.split(' '),
    )
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/freed by listing +7,965/)
    expect(stdout).toMatch(/freed by tracing +0 +did not take part/)
    expect(stdout).toMatch(/missed +1,459/)
    expect(stdout).toMatch(/Not right: 1,459 objects that had to go are still there\.\n$/)
  })
})

describe('an interrupted replay leaves nothing behind', () => {
  test.each([
    ['SIGINT', 130, 'while it collects', /spread over/],
    ['SIGTERM', 143, 'while it collects', /spread over/],
    ['SIGINT', 130, 'while the nodes start', /read heap/],
    ['SIGTERM', 143, 'while V8 is measured', /verified/],
  ] as const)('%s: exit code %d, %s', async (signal, code, _, when) => {
    const outcome = await runCommand(['replay', heap, '--json'], { signal, when })
    expect(outcome).toMatchObject({ code, signal: null, stdout: '' })
    expect(outcome.stderr).not.toMatch(/Error/)
    expect(processesAt(heap)).toEqual([])
  })
})
