import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as collector from '@holdfast/collector'
import * as core from '@holdfast/core'
import * as managed from '@holdfast/heap/managed'
import * as heap from '@holdfast/heap/object-heap'
import * as node from '@holdfast/node'
import * as transport from '@holdfast/transport'
import * as memory from '@holdfast/transport/memory'
import * as messagePort from '@holdfast/transport/message-port'
import * as worker from '@holdfast/worker'
import { describe, expect, test } from 'vitest'
import { runReadme } from '../../../vitest.readme.js'
import * as holdfast from '../src/index.js'

const here = fileURLToPath(new URL('..', import.meta.url))

describe('the package as a library', () => {
  test('passes on what is in the other packages, and nothing that is made here', () => {
    const own = { ...core, ...collector, ...heap, ...managed, ...node, ...worker }
    const sources = { ...own, ...transport, ...memory, ...messagePort }
    expect(sources).toMatchObject(holdfast)
  })

  test('has exactly the names that the README lists', async () => {
    const readme = await readFile(`${here}/README.md`, 'utf8')
    const rows = [...readme.matchAll(/^\| ((?:`\w+`(?:, )?)+) \| .* \|$/gm)].map(([, names]) => names)
    const names = rows.flatMap((row) => [...row.matchAll(/\w+/g)]).map(([name]) => name)
    expect(names.toSorted()).toEqual(Object.keys(holdfast).toSorted())
  })

  test('runs the example of the README word for word', async () => {
    const { stdout, output } = await runReadme(import.meta.url)
    expect(stdout).toBe(output)
  })
})
