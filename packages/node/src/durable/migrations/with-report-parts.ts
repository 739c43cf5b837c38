/** State 3 → 4: reports go in parts. None is on its way: one that was written before has been appended whole. */
interface Old {
  readonly collector: {
    readonly state: { readonly peers: readonly { readonly remotes: readonly object[] }[] }
  }
}

export function withReportParts(old: unknown): unknown {
  if (old === null) return null
  const image = old as Old
  const { state } = image.collector
  const peers = state.peers.map((peer) => ({
    ...peer,
    partAt: null,
    remotes: peer.remotes.map((remote) => ({ ...remote, outgoingReport: null })),
  }))
  return { ...image, collector: { ...image.collector, state: { ...state, peers } } }
}
