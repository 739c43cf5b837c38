import type { OutputChunk } from 'rolldown'

export interface Bundle {
  readonly initial: readonly OutputChunk[]
  readonly later: readonly OutputChunk[]
  readonly problems: readonly string[]
}

export function bundle(input: string, options?: { readonly external?: RegExp }): Promise<Bundle>

export function zipped(chunks: readonly Pick<OutputChunk, 'code'>[]): number
