// The packages of the workspace: every folder of packages/, and benchmarks, that has a package.json.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'

/** @returns {{ folder: string, path: string, manifest: any }[]} folder relative to the root, path absolute */
export function packages() {
  const folders = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)
  return [...folders, 'benchmarks']
    .map((folder) => ({ folder, path: join(root, folder) }))
    .filter(({ path }) => existsSync(join(path, 'package.json')))
    .map((found) => ({ ...found, manifest: JSON.parse(readFileSync(join(found.path, 'package.json'), 'utf8')) }))
}
