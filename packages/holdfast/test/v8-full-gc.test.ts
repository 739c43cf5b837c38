import { expect, test } from 'vitest'
import { measureV8FullGc } from '../src/replay/v8-full-gc.js'
import { HEAP } from './support/known-cuts.js'

test(`V8's own full GC of the shipped heap takes some milliseconds`, async () => {
  const ms = await measureV8FullGc(HEAP)
  expect(ms).toBeGreaterThan(3)
  expect(ms).toBeLessThan(3000)
})

test('an abort ends the measurement at once, with its reason', async () => {
  const controller = new AbortController()
  const measured = measureV8FullGc(HEAP, controller.signal)
  controller.abort(new Error('enough'))
  await expect(measured).rejects.toThrow('enough')
  await expect(measureV8FullGc(HEAP, controller.signal)).rejects.toThrow('enough')
})

test('a file that cannot be read fails the measurement with what the child said', async () => {
  await expect(measureV8FullGc('/no/such.rhg')).rejects.toThrow('no such file')
})
