/** One input as several: each behind its length, a byte. What is too short ends it. */
export function split(input: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let at = 0; at < input.length; ) {
    const end = at + 1 + input[at]
    parts.push(input.slice(at + 1, end))
    at = end
  }
  return parts
}

/** The reverse, of parts below 256 bytes. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [part.length, ...part]))
}
