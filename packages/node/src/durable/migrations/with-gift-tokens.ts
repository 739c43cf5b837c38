/**
 * State 1 → 2: gifts are proved. Nobody has a key yet, and no gift that waits has a proof: peers are told their keys when the node goes
 * on, and what was given before that is refused where it was not claimed by then.
 */
interface Old {
  readonly collector: {
    readonly state: {
      readonly imports: object
      readonly counts: object
      readonly peers: readonly {
        readonly remotes: readonly { readonly waiting: readonly object[]; readonly sentClaims: readonly object[] }[]
      }[]
    }
  }
}

const unproved = (claim: object): object => ({ ...claim, via: [], token: new Uint8Array(0), isVouched: false })

export function withGiftTokens(old: unknown): unknown {
  if (old === null) return null
  const image = old as Old
  const { state } = image.collector
  const peers = state.peers.map((peer) => ({
    ...peer,
    remotes: peer.remotes.map((remote) => ({
      ...remote,
      waiting: remote.waiting.map(unproved),
      sentClaims: remote.sentClaims.map(unproved),
      giftKey: null,
      givenKey: null,
      hasGivenKey: false,
    })),
  }))
  const claimedGifts = { recent: new Map(), floors: new Map(), strangers: new Set() }
  return {
    ...image,
    collector: {
      ...image.collector,
      state: {
        ...state,
        imports: { ...state.imports, proofs: new Map() },
        counts: { ...state.counts, claimsRefused: 0 },
        claimedGifts,
        peers,
      },
    },
  }
}
