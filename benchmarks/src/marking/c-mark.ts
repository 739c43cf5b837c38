/** The fastest mark we know, in C, compiled on the spot where there is a compiler. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { CompressedRows } from './sample-graph.js'

/** Beside the sources; what is built knows no C. */
const SOURCE = fileURLToPath(new URL('../../src/marking/bitmap-bfs.c', import.meta.url))

/** One mark in C. */
export interface CMarked {
  readonly ms: number
  readonly reached: number
}

export class CMark {
  readonly #folder: string
  readonly #process: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>

  private constructor(folder: string, process: ChildProcessWithoutNullStreams) {
    this.#folder = folder
    this.#process = process
    this.#lines = createInterface(process.stdout)[Symbol.asyncIterator]()
  }

  /** Compiles and starts the program. @returns null where there is no `cc` */
  static start({ offsets, targets }: CompressedRows, root: number): CMark | null {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-mark-'))
    const [program, rows] = [join(folder, 'bitmap-bfs'), join(folder, 'rows')]
    try {
      execFileSync('cc', ['-O3', '-march=native', '-o', program, SOURCE], { stdio: ['ignore', 'ignore', 'inherit'] })
    } catch (error) {
      rmSync(folder, { recursive: true })
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
    const header = Uint32Array.of(offsets.length - 1, targets.length, root)
    writeFileSync(rows, Buffer.concat([header, offsets, targets].map((words) => Buffer.from(words.buffer))))
    return new CMark(folder, spawn(program, [rows]))
  }

  async mark(): Promise<CMarked> {
    this.#process.stdin.write('.')
    const line = await this.#lines.next()
    if (line.done === true) throw new Error('the program in C has ended')
    const [ns, reached] = line.value.split(' ').map(Number)
    return { ms: ns / 1e6, reached }
  }

  async close(): Promise<void> {
    const closed = once(this.#process, 'close')
    this.#process.stdin.end()
    await closed
    rmSync(this.#folder, { recursive: true })
  }
}
