/** Debian's `nats-server`, with JetStream, in a folder of its own; killed and started again at will. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const PATH = process.env['HOLDFAST_NATS_SERVER'] ?? '/usr/sbin/nats-server'
const HOST = '127.0.0.1'

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, HOST), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export class NatsServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'holdfast-nats-'))
  readonly #port: number
  #child: ChildProcess | null = null

  private constructor(port: number, configuration: string) {
    this.#port = port
    writeFileSync(join(this.#folder, 'server.conf'), configuration)
  }

  /** @throws Error where it is not installed; these tests are never skipped */
  static async start(configuration = ''): Promise<NatsServer> {
    if (!existsSync(PATH)) {
      throw new Error(
        `No nats-server at ${PATH}. Install it with \`apt-get install -y nats-server\`, or name another in HOLDFAST_NATS_SERVER.`,
      )
    }
    const server = new NatsServer(await freePort(), configuration)
    await server.begin()
    return server
  }

  get port(): number {
    return this.#port
  }

  get url(): string {
    return `nats://${HOST}:${this.#port}`
  }

  /** Starts it (again), with what it had kept. */
  async begin(): Promise<void> {
    const folder = this.#folder
    const options = ['-js', '-a', HOST, '-p', String(this.#port), '-sd', join(folder, 'data')]
    // In a group of its own: a terminal's Ctrl-C would end it before those who need it to come to rest.
    this.#child = spawn(PATH, [...options, '-c', join(folder, 'server.conf')], { stdio: 'ignore', detached: true })
    while (!(await this.#answers())) await sleep(20)
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    // A Ctrl-C has ended it as well.
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  /** It stands still, and all its connections with it: nobody gets to anybody. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal)
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, HOST)
      // Its first line comes when it is ready for clients.
      socket.once('data', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
  }
}
