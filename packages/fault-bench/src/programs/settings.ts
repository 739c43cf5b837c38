/** What the bench tells a process when it starts. */
import type { Flaw } from '../workload/flaw.js'

export type Network =
  /** At which URL each of the others is reached. */
  | { readonly type: 'websocket'; readonly urls: Readonly<Record<string, string>> }
  | { readonly type: 'nats'; readonly server: string; readonly cluster: string }

interface CommonSettings {
  readonly name: string
  readonly term: number
  readonly network: Network
  readonly flaw: Flaw | null
}

export interface MemberSettings extends CommonSettings {
  readonly incarnation: number
  readonly peers: readonly string[]
  readonly seed: number
  readonly boundMs: number
}

export interface VaultSettings extends CommonSettings {
  readonly folder: string
  /** The disk counts as full while there is a file of this name; null where it has limits of its own. */
  readonly fullFile: string | null
}

export const DRIFT = 0.01
export const settingsOf = <T>(): T => JSON.parse(process.argv[2]) as T
