import type { Checker } from './checker.js'
import { harmIsContained } from './harm-is-contained.js'
import { holderKnowsFirst } from './holder-knows-first.js'
import { messagesAreBounded } from './messages-are-bounded.js'
import { noAlarm } from './no-alarm.js'
import { noEarlyBroken } from './no-early-broken.js'
import { noRepair } from './no-repair.js'
import { noStaleMessage } from './no-stale-message.js'
import { noWrongObject } from './no-wrong-object.js'
import { nothingByForgedGifts } from './nothing-by-forged-gifts.js'
import { nothingCommittedIsLost } from './nothing-committed-is-lost.js'
import { nothingHangs } from './nothing-hangs.js'
import { nothingLeft } from './nothing-left.js'
import { nothingLiveIsFreed } from './nothing-live-is-freed.js'
import { tablesAreBounded } from './tables-are-bounded.js'

/** Every promise that is watched. Those come first that say more. */
export const CHECKERS: readonly Checker[] = [
  holderKnowsFirst,
  noStaleMessage,
  noWrongObject,
  noEarlyBroken,
  noAlarm,
  noRepair,
  harmIsContained,
  nothingByForgedGifts,
  messagesAreBounded,
  nothingCommittedIsLost,
  tablesAreBounded,
  nothingLiveIsFreed,
  nothingHangs,
  nothingLeft,
]
