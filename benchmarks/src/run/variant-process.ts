/** The process of one variant: `node --expose-gc variant-process.js SUITE CASE VARIANT quick|full`, with a channel to its parent. */
import { UsageError } from '@holdfast/core'
import type { Case } from '../suite.js'
import { isSuiteName, SUITES } from '../suites.js'

const [suiteName = '', caseName = '', variantName = '', size = ''] = process.argv.slice(2)
if (!isSuiteName(suiteName) || process.send === undefined)
  throw new UsageError('bad-arguments', 'this file is run by the command, for one variant')

// Whoever interrupts the command must not leave this process behind, nor what it started (that listens for `exit`).
process.once('disconnect', () => process.exit(1))

const suite = await SUITES[suiteName].load()
const found: Case | undefined = suite.cases({ quick: size === 'quick' }).find(({ name }) => name === caseName)
const start = found?.variants[variantName]
if (start === undefined) throw new UsageError('bad-arguments', `no variant '${variantName}' of '${caseName}'`)
const variant = await start()

async function obey(command: unknown): Promise<void> {
  if (command === 'round') {
    process.send?.(await variant.round())
    return
  }
  await variant.close?.()
  process.exit(0)
}

// What a variant throws ends its process, and the command hears of that.
process.on('message', (command) => void obey(command))
process.send('ready')
