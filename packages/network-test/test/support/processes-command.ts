/** The `holdfast processes` command, as the guide has it. */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const MAIN = createRequire(import.meta.url).resolve('holdfast')
const COMMAND = join(dirname(MAIN), '../bin/holdfast.js')

/** @returns what it printed, without what is another each time @throws when it fails */
export async function processesCommand(...args: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, 'processes', ...args])
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/process \d+/, 'process …').replace(/(at \w+:\/\/127\.0\.0\.1:)\d+/, '$1…'))
}

export const PLAYED = [
  'left   is process … and holds the first and the second page',
  'right  is process … and holds the second page',
  'owner  refers to neither of them any more; both are kept',
  'left   is killed',
  'owner  has given it up and freed: first',
  'right  reads the second page: this is the second page',
  'right  lets go of it',
  'owner  has freed: first, second',
]
