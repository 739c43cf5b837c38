/** The process of one scenario: `node --expose-gc child.js SCENARIO`, as JSON, with a channel to its parent. */
import { UsageError } from '@holdfast/core'
import { runScenario, type Scenario } from '../scenarios/scenario.js'

const [json] = process.argv.slice(2)
if (json === undefined || process.send === undefined) {
  throw new UsageError('bad-arguments', 'this file is run by main.js, for one scenario')
}

// Whoever interrupts the command must not leave this process behind.
process.once('disconnect', () => process.exit(1))

// A small world first, so that V8 has compiled what is measured.
runScenario({ curve: 'nodes', nodes: 20, suspects: 100 })

process.send(runScenario(JSON.parse(json) as Scenario), () => process.exit(0))
