import { describe, expect, it } from 'vitest'
import { PlainExports } from '../src/tables/plain-tables.js'
import { exportSide, importSide, plainExportSide, plainImportSide } from '../src/tables/work.js'

describe.each([
  ['export table', exportSide],
  ['Maps of exports', plainExportSide],
  ['import table', importSide],
  ['Maps of imports', plainImportSide],
])('%s', (_, create) => {
  it('holds what was made until it is dropped', () => {
    const side = create()
    side.fill(10)
    expect(side.size).toBe(10)
    side.use(10)
    side.fill(10)
    expect(side.size).toBe(10)
    side.drop(10)
    expect(side.size).toBe(0)
  })
})

it('Maps keep a row that a newer grant renewed, as the table does', () => {
  const exports = new PlainExports()
  const id = exports.grant(5, 1, 10)
  exports.grant(5, 2, 11)
  expect(exports.drop([id], 1, 9)).toEqual([])
  expect(exports.use(id, 1)).toBe(5)
  expect(exports.drop([id], 1, 10)).toEqual([])
  expect(exports.use(id, 1)).toBeUndefined()
  expect(exports.drop([id], 2, 11)).toEqual([5])
  expect(exports.size).toBe(0)
})
