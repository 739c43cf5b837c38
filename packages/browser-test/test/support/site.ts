/** The pages of `pages/` as a browser gets them: bundled, from http://localhost, under a policy as strict as any. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

const ENTRIES = ['page', 'worker', 'tab', 'broker']
const PAGES = join(import.meta.dirname, '../../pages')

export interface Site {
  readonly url: string
  close(): Promise<void>
}

/** Bundles all entries, as an application would, minified. @returns code by name */
async function bundle(): Promise<Map<string, string>> {
  const input = Object.fromEntries(ENTRIES.map((name) => [name, join(PAGES, `${name}.ts`)]))
  const build = await rolldown({ input, platform: 'browser' })
  const { output } = await build.generate({ format: 'esm', minify: true })
  await build.close()
  return new Map(output.map((file) => [file.fileName, 'code' in file ? file.code : String(file.source)]))
}

/** No code from strings, nothing from elsewhere. */
const POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'"

/** Bundles the pages and serves them until it is closed. */
export async function serveSite(): Promise<Site> {
  return serveFiles(await bundle(), ENTRIES)
}

/**
 * Serves scripts, and a page for each of some.
 * @param scripts code by name
 * @param pages names without ending
 */
export async function serveFiles(scripts: ReadonlyMap<string, string>, pages: readonly string[]): Promise<Site> {
  const files = new Map([...scripts].map(([name, code]) => [`/${name}`, code]))
  for (const name of pages) {
    files.set(`/${name}.html`, `<!doctype html><script type="module" src="/${name}.js"></script>`)
  }
  const server = createServer(({ url = '/' }, response) => {
    const body = files.get(new URL(url, 'http://localhost').pathname)
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html'
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type, 'content-security-policy': POLICY })
    response.end(body)
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://localhost:${port}`, close: () => closed(server) }
}

async function closed(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
