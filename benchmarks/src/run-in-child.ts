import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Table } from './suite.js'
import type { SuiteName } from './suites.js'

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))

/** Runs a suite in a process of its own; its stderr is ours. @throws Error when it ends without a result */
export function runInChild(name: SuiteName, quick: boolean): Promise<Table[]> {
  return new Promise((resolve, reject) => {
    let tables: Table[] | null = null
    const child = fork(CHILD, [name, ...(quick ? ['--quick'] : [])], { execArgv: ['--expose-gc'] })
    child.on('message', (message) => {
      tables = message as Table[]
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0 && tables !== null) resolve(tables)
      else reject(new Error(signal === null ? `exit code ${code}` : `ended by ${signal}`))
    })
  })
}
