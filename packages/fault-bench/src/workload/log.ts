/** What a process prints: for whoever looks into what the bench has found. */
export function log(...words: readonly string[]): void {
  process.stdout.write(`${[new Date().toISOString(), ...words].join(' ')}\n`)
}
