import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HEAP } from './support/known-cuts.js'
import { runCommand } from './support/run-command.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
  const zipped = readFileSync(HEAP)
  writeFileSync(join(folder, 'cut.rhg.gz'), zipped.subarray(0, 1000))
  writeFileSync(join(folder, 'cut.rhg'), gunzipSync(zipped).subarray(0, 100_000))
  writeFileSync(join(folder, 'foreign.rhg'), 'PK\u0003\u0004')
  writeFileSync(join(folder, 'other.heapsnapshot'), '{"snapshot":{}}')
  writeFileSync(join(folder, 'empty.rhg'), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('wrong input exits with 2 and one line on stderr', () => {
  test.each([
    ['no command', [], /nothing to do/],
    ['an unknown command', ['fly'], /unknown command 'fly'/],
    ['an unknown option', ['replay', HEAP, '--frob'], /unknown option '--frob'/],
    ['no file', ['replay'], /missing required argument 'file'/],
    ['two files', ['replay', 'a', 'b'], /too many arguments/],
    ['a missing file', ['replay', '/no/such.rhg'], /'\/no\/such\.rhg': there is no such file/],
    ['a folder', ['replay', '/'], /it is a folder/],
    ['a truncated file', ['replay', 'cut.rhg'], /is truncated: it has 100000 of 5691816 bytes/],
    ['a truncated gzip', ['replay', 'cut.rhg.gz'], /does not unpack/],
    ['a foreign file', ['replay', 'foreign.rhg'], /is not a heap graph/],
    ['JSON that is no heap snapshot', ['replay', 'other.heapsnapshot'], /its header lacks a part/],
    ['an empty file', ['replay', 'empty.rhg'], /is not a heap graph/],
    ['a negative count', ['replay', HEAP, '--count', '-1'], /'-1' is invalid.*non-negative integer/],
    ['a negative count, joined', ['replay', HEAP, '--count=-1'], /'-1' is invalid/],
    ['half a count', ['replay', HEAP, '--count', '1.5'], /'1\.5' is invalid/],
    ['no count', ['replay', HEAP, '--count', ''], /'' is invalid/],
    [
      'a count of more than there are',
      ['replay', HEAP, '--count', '38656'],
      /38656 root entries are more than the 38655/,
    ],
    ['no nodes', ['replay', HEAP, '--nodes', '0'], /from 1 to 16/],
    ['too many nodes', ['replay', HEAP, '--nodes', '17'], /from 1 to 16/],
    ['an unknown partition', ['replay', HEAP, '--partition', 'x'], /Allowed choices are hash, block/],
    ['an unknown cut', ['replay', HEAP, '--cut', 'x'], /Allowed choices are edges, nodes, roots/],
    ['an unknown transport', ['replay', HEAP, '--transport', 'x'], /Allowed choices are message-port, memory/],
    ['an unknown graph', ['replay', HEAP, '--graph', 'x'], /Allowed choices are graphology, compact, auto/],
    ['an unknown collector', ['replay', HEAP, '--collectors', 'refcount,x'], /refcount, tracing/],
    ['no collector', ['replay', HEAP, '--collectors', ''], /refcount, tracing/],
    ['a seed that is none', ['replay', HEAP, '--seed', '4294967296'], /from 0 to 4294967295/],
    ['loss where nothing is lost', ['replay', HEAP, '--loss', '0.1'], /add --transport memory/],
    ['loss of everything', ['replay', HEAP, '--transport', 'memory', '--loss', '1'], /not including, 1/],
    ['negative loss', ['replay', HEAP, '--transport', 'memory', '--loss', '-0.1'], /not including, 1/],
    ['as many killed as there are', ['replay', HEAP, '--kill', '4'], /--kill 4 leaves none of 4 nodes/],
    ['more killed than there are', ['replay', HEAP, '--nodes', '2', '--kill', '3'], /--kill 3 leaves none of 2 nodes/],
    ['the only one killed', ['replay', HEAP, '--nodes', '1', '--kill', '1'], /leaves none/],
    ['half a node killed', ['replay', HEAP, '--kill', '0.5'], /'0\.5' is invalid.*non-negative integer/],
    ['a coordinator that is none', ['replay', HEAP, '--coordinator', '4'], /none of the nodes 0 to 3/],
    [
      'a term too short for what is lost',
      ['replay', HEAP, '--transport', 'memory', '--loss', '0.1', '--lease-term', '250'],
      /3000 at least with --loss/,
    ],
    ['no term', ['replay', HEAP, '--kill', '1', '--lease-term', '0'], /from 10 to 600000/],
    [
      'a round before the cut without tracing',
      ['replay', HEAP, '--collectors', 'refcount', '--settled'],
      /--settled needs tracing/,
    ],
    [
      'a coordinator without work',
      ['replay', HEAP, '--collectors', 'refcount', '--replace-coordinator'],
      /needs tracing/,
    ],
  ])('%s', async (_, args, message) => {
    const outcome = await runCommand(
      args.map((arg) => (/^(cut|foreign|other|empty)\./.test(arg) ? join(folder, arg) : arg)),
    )
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toMatch(/^holdfast: [^\n]+\n$/)
    expect(outcome.stderr).toMatch(message)
  })

  test('more nodes than objects', async () => {
    const three = join(folder, 'three.rhg')
    const { writeRhg } = await import('../src/heap-graph/rhg.js')
    const { graphOf } = await import('./support/arbitrary-graph.js')
    writeFileSync(three, writeRhg(graphOf([[1], [2], []], [0])))
    const outcome = await runCommand(['replay', three, '--nodes', '4', '--json'])
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toMatch(/^holdfast: 4 nodes are more than the 3 objects[^\n]+\n$/)
  })
})

describe('asked for help', () => {
  test('the command lists its commands, with examples', async () => {
    const { code, stdout, stderr } = await runCommand(['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/replay[^]*demo[^]*Examples:/)
  })

  test('replay lists every option, with examples', async () => {
    const { code, stdout } = await runCommand(['replay', '--help'])
    expect(code).toBe(0)
    const options =
      'nodes partition cut count seed graph collectors transport loss coordinator replace-coordinator kill lease-term cold settled json'
    for (const option of options.split(' ')) expect(stdout).toContain(`--${option}`)
    expect(stdout).toMatch(/Examples:/)
  })

  test('the version is that of the package', async () => {
    const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
    const { version } = JSON.parse(manifest) as { version: string }
    expect(await runCommand(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` })
  })
})
