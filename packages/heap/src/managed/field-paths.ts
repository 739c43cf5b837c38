/** Which references an object's fields hold, and how code would reach them. */
import { Entry, type FieldState } from './entry.js'
import { keyPath } from './key-path.js'
import { MEMBERS, type Members } from './members.js'
import type { FieldReference } from './options.js'

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/** Members of a collection in a field are listed as if they were the object's own, too. O(them). */
export function* fieldReferences(entry: Entry): Iterable<FieldReference> {
  const state = stateOf(entry)
  yield* memberReferences(entry, '')
  for (const name of Object.keys(state)) {
    const stored = state[name]
    if (!(stored instanceof Entry)) continue
    const path = IDENTIFIER.test(name) ? name : keyPath(name)
    yield { path, target: stored.handle }
    yield* memberReferences(stored, path)
  }
}

function* memberReferences(entry: Entry, prefix: string): Iterable<FieldReference> {
  const members = stateOf(entry)[MEMBERS] as Members | undefined
  if (members === undefined) return
  for (const [path, position] of members.paths()) {
    const stored = members.stored(position)
    if (stored instanceof Entry) yield { path: prefix + path, target: stored.handle }
  }
}

const stateOf = (entry: Entry): FieldState => (entry.kind === 'managed' ? (entry.state as FieldState) : {})
