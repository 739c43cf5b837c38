/** Bundling as an application does it: minified, in chunks. */
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

/**
 * @param {string} input path of the entry
 * @param {{ external?: RegExp }} [options] what to leave out
 * @returns chunks that a page fetches at once, chunks that it fetches when they are needed, and what the bundler complains of
 */
export async function bundle(input, { external } = {}) {
  const problems = []
  const build = await rolldown({
    input,
    platform: 'browser',
    external: external ?? [],
    onLog: (_level, { message }) => problems.push(message),
  })
  const { output } = await build.generate({ format: 'esm', minify: true })
  await build.close()
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]))
  const names = new Set(output.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName))
  // A set grows while it is iterated.
  for (const name of names) for (const imported of chunks.get(name)?.imports ?? []) names.add(imported)
  return {
    initial: output.filter(({ fileName }) => names.has(fileName)),
    later: output.filter(({ fileName }) => !names.has(fileName)),
    problems,
  }
}

/** In kB of 1,000 bytes, each chunk gzip -9. */
export const zipped = (chunks) => chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length / 1000, 0)
