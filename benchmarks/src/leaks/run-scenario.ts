import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SystemName } from './rpc-system.js'
import { type Outcome, PATIENCE_MS, type Scenario } from './scenario.js'

const OWNER = fileURLToPath(new URL('./owner.js', import.meta.url))

/** Whoever is not done by then hangs. */
const LIMIT_MS = PATIENCE_MS + 20_000

/** Runs a scenario in a process of its own. @returns null when it hangs @throws Error when it fails */
export function runScenario(system: SystemName, scenario: Scenario): Promise<Outcome | null> {
  return new Promise((resolve, reject) => {
    let outcome: Outcome | null = null
    const child = fork(OWNER, [system, scenario], { execArgv: ['--expose-gc'] })
    const kill = (): void => void child.kill('SIGKILL')
    const timer = setTimeout(kill, LIMIT_MS)
    process.once('exit', kill)
    child.on('message', (message) => {
      outcome = message as Outcome
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      process.removeListener('exit', kill)
      if (code === 0 || signal === 'SIGKILL') resolve(outcome)
      else reject(new Error(`${system}, ${scenario}: exit code ${code}`))
    })
  })
}
