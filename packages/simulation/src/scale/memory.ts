/** What is in use after a full collection by V8: its heap and the buffers outside of it, in bytes. Null without `--expose-gc`. */
export function memoryOf(): number | null {
  const { gc } = globalThis
  if (gc === undefined) return null
  // What a finalizer lets go of is gone only after the next one.
  gc()
  gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
