/** Generated parts of a document that is otherwise written by hand. Each stands between two comments that name it. */
import { UsageError } from '@holdfast/core'

const BEGIN = /^<!-- bench: (.+) -->$/
const END = '<!-- bench: end -->'

/**
 * Makes the blocks of a document anew; all else stays as it is.
 * @param contentOf the text of a block by its name; null keeps what is there
 * @throws UsageError `bad-document` for a block that does not end, or ends without beginning
 */
export function replaceBlocks(text: string, contentOf: (name: string) => string | null): string {
  const out: string[] = []
  let block: { readonly name: string; readonly line: number; readonly old: string[] } | null = null
  for (const [index, line] of text.split('\n').entries()) {
    const name = BEGIN.exec(line)?.[1]
    if (line === END) {
      if (block === null) throw new UsageError('bad-document', `line ${index + 1}: a block ends that has not begun`)
      const content = contentOf(block.name)
      out.push(...(content === null ? block.old : ['', content, '']), line)
      block = null
    } else if (name !== undefined) {
      if (block !== null) throw new UsageError('bad-document', `line ${index + 1}: '${block.name}' has not ended`)
      block = { name, line: index + 1, old: [] }
      out.push(line)
    } else if (block === null) out.push(line)
    else block.old.push(line)
  }
  if (block !== null) throw new UsageError('bad-document', `line ${block.line}: '${block.name}' does not end`)
  return out.join('\n')
}
