/** The example of a package's README, run as a user would: a file of the package's own folder, in a process that must end by itself. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export interface ReadmeRun {
  /** What the example printed. */
  readonly stdout: string
  /** What the README says it prints, where it has a `text` block. */
  readonly output: string | undefined
}

/**
 * Runs the first code block of a package's README word for word; examples have no type annotations, so that node can.
 * @param test the URL of the test, in the package's test folder
 * @throws when there is no example, when it fails, or when it does not end within 30 seconds
 */
export async function runReadme(test: string): Promise<ReadmeRun> {
  const readme = await readFile(new URL('../README.md', test), 'utf8')
  const example = /```(?:ts|js)\n(.*?)```/s.exec(readme)?.[1]
  if (example === undefined) throw new Error('the README has no example')
  // Inside the package, whose dependencies it has; workers do not start from a script on the command line.
  const folder = await mkdtemp(fileURLToPath(new URL('readme-', test)))
  try {
    await writeFile(`${folder}/example.mjs`, example)
    const { stdout } = await promisify(execFile)(process.execPath, [`${folder}/example.mjs`], { timeout: 30_000 })
    return { stdout, output: /```text\n(.*?)```/s.exec(readme)?.[1] }
  } finally {
    await rm(folder, { recursive: true })
  }
}
