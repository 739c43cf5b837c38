/**
 * Pages of documentation, tried out as a reader would: the TypeScript blocks of a page are one module, in order, compiled strictly and run
 * in a process that must end by itself.
 *
 * What a block prints must be what the page says: in the `text` block that follows, or else in the comments behind its lines with
 * `console.log`. There, `…` stands for any text within a line. A block whose fence names a file (`ts worker.ts`) is a module of its own.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'

export interface PageRun {
  /** What the compiler has against it, by line of the page. */
  readonly problems: readonly string[]
  /** What each block printed, one string for each line; where the page has a `…` that fits, with that. */
  readonly printed: readonly (readonly string[])[]
  /** What the page says that each prints. */
  readonly said: readonly (readonly string[])[]
  /** What the process wrote to stderr: nothing, unless the page is wrong. */
  readonly errors: string
}

interface Block {
  /** The line of its fence, from 0. */
  readonly line: number
  readonly file: string | undefined
  readonly code: string
  said: string[]
}

/** What stands between the outputs of two blocks. */
const MARK = '\u001E'
const FENCED = /^```(\w+)(?: (\S+))?\n(.*?)^```$/gms
const SAID = /console\.log\(.*\) \/\/ (.*)$/gm

/** Pages that were compiled together, for the compiler reads the libraries once then. */
export class Pages {
  readonly #folder: string
  readonly #blocks: ReadonlyMap<string, readonly Block[]>
  readonly #problems: readonly string[]

  /**
   * @param pages Markdown files with different names
   * @param test the URL of the test, in a package's test folder: pages import what that package can, and itself by its name
   */
  static async compile(pages: readonly URL[], test: string): Promise<Pages> {
    // Inside the package, whose dependencies it has.
    const folder = await mkdtemp(fileURLToPath(new URL('pages-', test)))
    const blocks = new Map<string, readonly Block[]>()
    const files: string[] = []
    for (const page of pages) {
      const name = basename(page.pathname, '.md')
      const its = blocksOf(await readFile(page, 'utf8'))
      blocks.set(name, its)
      for (const [file, source] of modulesOf(name, its)) {
        await writeFile(`${folder}/${file}`, source)
        files.push(`${folder}/${file}`)
      }
    }
    return new Pages(folder, blocks, compile(files, fileURLToPath(new URL('tsconfig.json', test))))
  }

  private constructor(folder: string, blocks: ReadonlyMap<string, readonly Block[]>, problems: readonly string[]) {
    this.#folder = folder
    this.#blocks = blocks
    this.#problems = problems
  }

  /** Runs a page. @param name of its file, without `.md` */
  async run(name: string): Promise<PageRun> {
    const blocks = this.#blocks.get(name) ?? []
    const files = [`${name}.ts`, ...blocks.flatMap(({ file }) => file ?? [])]
    const problems = this.#problems.filter((problem) => files.some((file) => problem.startsWith(`${file}:`)))
    const { stdout, stderr } = await run(`${this.#folder}/${name}.js`)
    return { problems, ...compared(blocks, stdout), errors: stderr }
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true })
  }
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  for (const { 0: whole, 1: language, 2: file, 3: code, index } of text.matchAll(FENCED)) {
    const line = text.slice(0, index).split('\n').length - 1
    if (language === 'ts') {
      blocks.push({ line, file, code, said: [...code.matchAll(SAID)].map(([, comment]) => comment) })
    } else if (language === 'text' && whole !== '') {
      const last = blocks.at(-1)
      if (last !== undefined) last.said = code.split('\n').slice(0, -1)
    }
  }
  return blocks
}

/** Every line where it is on the page, so that the compiler names the right one; in the line of each fence, what tells the outputs apart. */
function modulesOf(page: string, blocks: readonly Block[]): Map<string, string> {
  const lines = new Map<string, string[]>()
  for (const { line, file, code } of blocks) {
    const name = file ?? `${page}.ts`
    const module = lines.get(name) ?? []
    lines.set(name, module)
    while (module.length < line) module.push('')
    if (file === undefined) module.push(`console.log('${MARK}')`)
    else module.push('')
    module.push(...code.split('\n').slice(0, -1))
  }
  return new Map([...lines].map(([name, module]) => [name, module.join('\n')]))
}

/** Compiles files in place. @returns what is wrong, as `page.ts:line: message` */
function compile(files: readonly string[], config: string): string[] {
  const parsed = ts.getParsedCommandLineOfConfigFile(
    config,
    { noEmit: false, noUnusedLocals: false, noUnusedParameters: false },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: ({ messageText }) => fail(messageText) },
  )
  if (parsed === undefined) return fail(config)
  const program = ts.createProgram(files, parsed.options)
  const problems = ts.getPreEmitDiagnostics(program)
  program.emit()
  return problems.map(({ file, start = 0, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n')
    if (file === undefined) return text
    return `${basename(file.fileName)}:${file.getLineAndCharacterOfPosition(start).line + 1}: ${text}`
  })
}

function fail(message: string | ts.DiagnosticMessageChain): never {
  throw new Error(ts.flattenDiagnosticMessageText(message, '\n'))
}

/** As a user would start it, with no flags. One that fails is known by what it wrote to stderr. */
async function run(file: string): Promise<{ stdout: string; stderr: string }> {
  try {
    return await promisify(execFile)(process.execPath, [file], { timeout: 40_000 })
  } catch (error) {
    const { stdout, stderr, signal } = error as { stdout: string; stderr: string; signal: string | null }
    return { stdout, stderr: stderr === '' ? `it did not end by itself: ${signal}` : stderr }
  }
}

function compared(blocks: readonly Block[], stdout: string): Pick<PageRun, 'printed' | 'said'> {
  const said = blocks.filter(({ file }) => file === undefined).map((block) => block.said)
  const outputs = stdout.split(`${MARK}\n`).slice(1)
  const printed = outputs.map((output, block) =>
    output
      .split('\n')
      .slice(0, -1)
      .map((line, index) => (fits(line, said[block][index] ?? '') ? said[block][index] : line)),
  )
  return { printed, said }
}

function fits(line: string, pattern: string): boolean {
  const parts = pattern.split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`, 'u').test(line)
}
