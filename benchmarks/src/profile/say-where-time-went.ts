import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableAsText } from '../results/text-table.js'
import { type CpuProfile, hotFunctions } from './hot-functions.js'

const FUNCTIONS = 12

/** Writes a table for each profile in a folder. */
export function sayWhereTimeWent(folder: string): void {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const hot = hotFunctions(JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile, FUNCTIONS)
    const table = tableAsText({
      title: file,
      columns: [
        { name: '%', align: 'right' },
        { name: 'function', align: 'left' },
        { name: 'where', align: 'left' },
      ],
      rows: hot.map(({ name, place, share }) => [(share * 100).toFixed(1), name, place]),
    })
    process.stdout.write(`${table}\n`)
  }
}
