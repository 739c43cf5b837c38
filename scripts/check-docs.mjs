// The documentation must not lie: relative links lead to files and headings that exist, `npm run` names exist, and the
// glossary defines a word once. Looks at every Markdown file that is, or is about to be, in git.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { anchors, links, npmScripts, tableTerms } from './markdown.mjs'
import { root } from './run.mjs'

const GLOSSARY = 'docs/glossary.md'
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

function markdownFiles() {
  const list = ['-c', `safe.directory=${root}`, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md']
  const names = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).split('\0')
  return [...new Set(names)].filter((name) => name !== '' && existsSync(join(root, name)))
}

const read = (file) => readFileSync(join(root, file), 'utf8')

/** @returns {string | null} what is wrong with a link */
function brokenLink(file, target) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return null
  const [path, fragment] = target.split('#', 2).map(decodeURIComponent)
  const absolute = path === '' ? join(root, file) : resolve(root, dirname(file), path)
  const inside = relative(root, absolute)
  if (path.startsWith('/') || inside.startsWith('..')) return `leaves the repository: ${target}`
  if (!existsSync(absolute)) return `leads nowhere: ${target}`
  if (fragment === undefined || statSync(absolute).isDirectory() || !absolute.endsWith('.md')) return null
  return anchors(readFileSync(absolute, 'utf8')).has(fragment) ? null : `no such heading: ${target}`
}

function check(file) {
  const text = read(file)
  const linkProblems = links(text).map(({ target, line }) => ({ line, problem: brokenLink(file, target) }))
  const scriptProblems = npmScripts(text)
    .filter(({ name }) => !Object.hasOwn(scripts, name))
    .map(({ name, line }) => ({ line, problem: `package.json has no script '${name}'` }))
  return [...linkProblems.filter(({ problem }) => problem !== null), ...scriptProblems]
}

function checkGlossary() {
  const seen = new Set()
  return tableTerms(read(GLOSSARY)).flatMap(({ term, line }) => {
    const repeated = seen.has(term)
    seen.add(term)
    return repeated ? [{ line, problem: `'${term}' is defined twice` }] : []
  })
}

const files = markdownFiles()
let wrong = 0
for (const file of files) {
  const problems = [...check(file), ...(file === GLOSSARY ? checkGlossary() : [])]
  for (const { line, problem } of problems) console.error(`${file}:${line}: ${problem}`)
  wrong += problems.length
}
console.log(`${files.length} Markdown files, ${wrong} problems`)
if (wrong > 0) process.exitCode = 1
