/** Where code generation from strings is forbidden, as by a content security policy. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const script = `
import { Managed, ManagedHeap } from '@holdfast/heap/managed'
import { ObjectHeap } from '@holdfast/heap/object-heap'
class Note extends Managed { text = 'a'; next = null }
const managed = new ManagedHeap({
  heap: new ObjectHeap(), createRemote: () => ({}), isExported: () => false, onReleased: () => {}, defer: setImmediate,
})
const note = new Note()
managed.referTo(note)
note.text = 'b'
note.next = note
let generated = true
try { new Function('') } catch { generated = false }
console.log(JSON.stringify([generated, note.text, note.next === note, Object.keys(note)]))
`

it('fields work behind closures', async () => {
  const args = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, timeout: 30_000 })
  expect(JSON.parse(stdout)).toEqual([false, 'b', true, []])
})
