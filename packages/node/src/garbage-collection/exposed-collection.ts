/** The collection that V8 shows to programs which were started with `--expose-gc`; null where it does not. */
export function exposedCollection(): (() => void) | null {
  const { gc } = globalThis
  return gc === undefined ? null : () => gc()
}
