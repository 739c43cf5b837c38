/**
 * A scenario in a process of its own: its memory is its own, and V8 may use most of the machine's. Its stderr is ours.
 */
import { fork } from 'node:child_process'
import { totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Point, Scenario } from '../scenarios/scenario.js'

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))

/** The share of the machine's memory that V8 may use. */
const SHARE = 0.7

/** @throws Error when it ends without a result: the reason is on stderr */
export function runInChild(scenario: Scenario): Promise<Point> {
  return new Promise((resolve, reject) => {
    let point: Point | null = null
    const megabytes = Math.floor((totalmem() * SHARE) / 2 ** 20)
    const execArgv = ['--expose-gc', `--max-old-space-size=${megabytes}`]
    const child = fork(CHILD, [JSON.stringify(scenario)], { execArgv })
    child.on('message', (message) => {
      point = message as Point
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0 && point !== null) resolve(point)
      else reject(new Error(signal === null ? `exit code ${code}` : `ended by ${signal}`))
    })
  })
}
