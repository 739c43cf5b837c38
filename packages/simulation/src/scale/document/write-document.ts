/** Writes docs/scale.md and its plots from a whole run. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from '@holdfast/core'
import type { Measurements } from '../command/measurements.js'
import { documentText } from './document-text.js'
import { drawPlot } from './plot.js'
import { plotsOf } from './plots.js'

/** The repository's folder of documents, from this file's place in `packages/simulation/dist/scale/document`. */
const DOCS = fileURLToPath(new URL('../../../../../docs/', import.meta.url))

/** @returns the files written. @throws UsageError `partial` for a run that was not whole */
export function writeDocument(measurements: Measurements): string[] {
  if (!measurements.isWhole) throw new UsageError('partial', 'the documents are made of a whole run')
  const text = join(DOCS, 'scale.md')
  const plots = join(DOCS, 'scale')
  mkdirSync(plots, { recursive: true })
  for (const name of readdirSync(plots)) if (name.endsWith('.svg')) rmSync(join(plots, name))
  const files = Array.from(plotsOf(measurements.points), ([name, plot]) => {
    const file = join(plots, `${name}.svg`)
    writeFileSync(file, drawPlot(plot))
    return file
  })
  writeFileSync(text, documentText(measurements))
  return [text, ...files].map((file) => join('docs', file.slice(dirname(text).length + 1)))
}
