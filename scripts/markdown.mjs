// The little of Markdown that check-docs needs: links, anchors as code hosts derive them from headings, and code.

const FENCE = /^\s*(```|~~~).*?^\s*\1\s*$/gms
const CODE = /`[^`\n]*`/g
const LINK = /!?\[(?:[^\]\\]|\\.)*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g
const DEFINITION = /^\s{0,3}\[[^\]]+\]:\s+<?([^\s>]+)>?/gm
const HEADING = /^#{1,6}\s+(.*?)\s*#*\s*$/gm
const EXPLICIT_ANCHOR = /<a\s+(?:id|name)="([^"]+)"/g

const blank = (text) => text.replaceAll(/[^\n]/g, ' ')
const lineOf = (text, index) => text.slice(0, index).split('\n').length

/** @returns {{ target: string, line: number }[]} the targets of all links outside code */
export function links(text) {
  const prose = text.replaceAll(FENCE, blank).replaceAll(CODE, blank)
  return [LINK, DEFINITION].flatMap((pattern) =>
    // Where a link is comes from the blanked text, which keeps every position; the label may have held code.
    [...prose.matchAll(pattern)].map((match) => ({ target: match[1], line: lineOf(text, match.index) })),
  )
}

/** @returns {Set<string>} the fragments that a link to this file may have */
export function anchors(text) {
  const prose = text.replaceAll(FENCE, blank)
  const found = new Set([...prose.matchAll(EXPLICIT_ANCHOR)].map((match) => match[1]))
  const repeats = new Map()
  for (const [, heading] of prose.matchAll(HEADING)) {
    const slug = slugOf(heading)
    const repeat = repeats.get(slug) ?? 0
    repeats.set(slug, repeat + 1)
    found.add(repeat === 0 ? slug : `${slug}-${repeat}`)
  }
  return found
}

function slugOf(heading) {
  const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/<[^>]*>/g, '')
  return plain
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}

/** @returns {{ name: string, line: number }[]} the npm scripts that the text, code included, tells the reader to run */
export function npmScripts(text) {
  const runs = [...text.matchAll(/npm run (?:--?[\w-]+ )*([a-z][\w:-]*)/g)]
  const shortcuts = [...text.matchAll(/`npm (test|start)\b/g)]
  return [...runs, ...shortcuts].map((match) => ({ name: match[1], line: lineOf(text, match.index) }))
}

/** @returns {{ term: string, line: number }[]} the first column of every table row below the header of a glossary */
export function tableTerms(text) {
  const rows = [...text.matchAll(/^\|\s*(?!-)([^|]+?)\s*\|/gm)]
  return rows
    .map((match) => ({ term: match[1], line: lineOf(text, match.index) }))
    .filter(({ term }) => term !== 'word')
}
