import type { FuzzTarget } from '../target.js'
import { callsTarget } from './calls-target.js'
import { framesTarget } from './frames-target.js'
import { greetingsTarget } from './greetings-target.js'
import { messagesTarget } from './messages-target.js'
import { reportsTarget } from './reports-target.js'

/** From the wire inwards. */
export const TARGETS: readonly FuzzTarget[] = [
  greetingsTarget,
  framesTarget,
  messagesTarget,
  reportsTarget,
  callsTarget,
]
