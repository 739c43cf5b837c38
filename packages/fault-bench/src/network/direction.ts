/** One way of a connection through a proxy: hands on what comes, at once, later, in part, or not at all. */
import type { Socket } from 'node:net'

interface Late {
  readonly chunk: Buffer
  readonly dueAt: number
}

export class Direction {
  /** How much later everything arrives, in ms. */
  delay = 0
  readonly #source: Socket
  readonly #target: Socket
  readonly #cut: () => void
  readonly #late: Late[] = []
  #timer: NodeJS.Timeout | null = null
  #isLosing = false
  #left = Number.POSITIVE_INFINITY

  constructor(source: Socket, target: Socket, cut: () => void) {
    this.#source = source
    this.#target = target
    this.#cut = cut
    source.on('data', (chunk) => this.#came(chunk))
    source.on('end', () => {
      if (!this.#isLosing) target.end()
    })
    source.on('close', () => {
      if (this.#timer !== null) clearTimeout(this.#timer)
    })
  }

  get isLosing(): boolean {
    return this.#isLosing
  }

  /** Nothing arrives any more. */
  lose(): void {
    this.#isLosing = true
    this.#late.length = 0
    this.#source.resume()
  }

  cutAfter(bytes: number): void {
    this.#left = bytes
  }

  #came(chunk: Buffer): void {
    if (this.#isLosing) return
    if (this.delay === 0 && this.#late.length === 0) this.#handOn(chunk)
    else {
      this.#late.push({ chunk, dueAt: performance.now() + this.delay })
      this.#wait()
    }
  }

  #wait(): void {
    if (this.#timer !== null || this.#late.length === 0) return
    const [{ dueAt }] = this.#late
    this.#timer = setTimeout(() => this.#handOnDue(), Math.max(0, dueAt - performance.now()))
  }

  #handOnDue(): void {
    this.#timer = null
    const now = performance.now()
    while (this.#late.length > 0 && this.#late[0].dueAt <= now) {
      const { chunk } = this.#late[0]
      this.#late.shift()
      this.#handOn(chunk)
    }
    this.#wait()
  }

  #handOn(chunk: Buffer): void {
    if (chunk.length <= this.#left) {
      this.#left -= chunk.length
      if (!this.#target.write(chunk)) this.#pause()
      return
    }
    this.#target.write(chunk.subarray(0, this.#left), () => this.#cut())
    this.#left = 0
    this.lose()
  }

  #pause(): void {
    this.#source.pause()
    this.#target.once('drain', () => this.#source.resume())
  }
}
