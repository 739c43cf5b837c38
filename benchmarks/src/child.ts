/** The process of one suite: `node --expose-gc child.js SUITE [--quick]`, with a channel to its parent. */
import { UsageError } from '@holdfast/core'
import { isSuiteName, SUITES } from './suites.js'

const [name = '', ...flags] = process.argv.slice(2)
if (!isSuiteName(name) || process.send === undefined)
  throw new UsageError('bad-arguments', 'this file is run by main.js, for one suite')

// Whoever interrupts the command must not leave this process behind, nor what it started (they listen for `exit`).
process.once('disconnect', () => process.exit(1))

const suite = await SUITES[name].load()
const startedAt = performance.now()
const progress = (line: string): void => {
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  process.stderr.write(`${name} ${String(seconds).padStart(4)} s  ${line}\n`)
}
const tables = await suite.run({ quick: flags.includes('--quick'), progress })
process.send(tables, () => process.exit(0))
