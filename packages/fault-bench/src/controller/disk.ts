/** The disk of the durable node: a small file system of its own where that is allowed, which can be filled; else a store that says so. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const SIZE_MIB = 24
const BLOCK = Buffer.alloc(1 << 16, 'x')

export class Disk {
  /** Whether it is a file system of its own. */
  readonly isReal: boolean
  readonly #folder: string

  constructor(folder: string) {
    mkdirSync(folder)
    this.#folder = folder
    this.isReal = mount(folder)
  }

  get storeFolder(): string {
    return join(this.#folder, 'store')
  }

  /** See `VaultSettings.fullFile`. */
  get fullFile(): string | null {
    return this.isReal ? null : this.#filler
  }

  fill(): void {
    if (!this.isReal) {
      writeFileSync(this.#filler, '')
      return
    }
    const file = openSync(this.#filler, 'w')
    try {
      // Whole blocks, then bytes: nothing is left.
      for (const block of [BLOCK, BLOCK.subarray(0, 1024), BLOCK.subarray(0, 1)]) writeUntilFull(file, block)
    } finally {
      closeSync(file)
    }
  }

  clear(): void {
    rmSync(this.#filler, { force: true })
  }

  /** The folder stays. */
  close(): void {
    if (this.isReal) execFileSync('umount', ['--lazy', this.#folder], { stdio: 'ignore' })
  }

  get #filler(): string {
    return join(this.#folder, 'filler')
  }
}

function mount(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'holdfast-faults', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function writeUntilFull(file: number, block: Buffer): void {
  try {
    while (writeSync(file, block) === block.length);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOSPC') throw error
  }
}
