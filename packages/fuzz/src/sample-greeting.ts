/** What a node says of itself in the first frame of a link. */
export function sampleGreeting(node: string): Uint8Array {
  const greeting = {
    node,
    incarnation: 1,
    link: 1,
    addresses: ['ws://127.0.0.1:1'],
    credentials: 'a word',
    judges: false,
  }
  return new TextEncoder().encode(`holdfast/1 ${JSON.stringify(greeting)}`)
}
