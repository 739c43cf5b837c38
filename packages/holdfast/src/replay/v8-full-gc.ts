/**
 * How long V8 itself takes to collect the same graph: the yardstick of `timeMs.collect`. In a process of its own, so that
 * neither this one's memory nor the cluster's is part of what V8 has to trace.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { abortReason } from './abort-reason.js'

/** Built code even when this module runs from `src` under a test runner: node cannot start a `.ts` file. */
const CHILD = fileURLToPath(new URL('../../dist/replay/v8-full-gc-child.js', import.meta.url))

/**
 * The median time in ms of a forced full GC of the graph in a file.
 * @throws the signal's reason when aborted (the child is killed); Error when the child fails
 */
export function measureV8FullGc(file: string, signal?: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, ['--expose-gc', CHILD, file], (error, stdout, stderr) => {
      process.removeListener('exit', kill)
      signal?.removeEventListener('abort', kill)
      const ms = Number(stdout)
      if (signal?.aborted) reject(abortReason(signal))
      else if (error !== null || !(ms > 0)) reject(new Error(`measuring V8's own full GC failed: ${stderr || stdout}`))
      else resolve(ms)
    })
    const kill = (): void => {
      child.kill('SIGKILL')
    }
    // A process that exits for any other reason must not leave the child behind either.
    process.once('exit', kill)
    signal?.addEventListener('abort', kill)
    if (signal?.aborted) kill()
  })
}
