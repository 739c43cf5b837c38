import type { Checker } from './checker.js'
import { harmIsContained } from './harm-is-contained.js'
import { holderKnowsFirst } from './holder-knows-first.js'
import { noAlarm } from './no-alarm.js'
import { noEarlyBroken } from './no-early-broken.js'
import { noStaleMessage } from './no-stale-message.js'
import { noWrongObject } from './no-wrong-object.js'
import { nothingLeft } from './nothing-left.js'
import { nothingLiveIsFreed } from './nothing-live-is-freed.js'
import { tablesAreBounded } from './tables-are-bounded.js'

/** Every promise that is watched. The order matters where one takes in what another needs: expiry first. */
export const CHECKERS: readonly Checker[] = [
  holderKnowsFirst,
  noStaleMessage,
  noWrongObject,
  noEarlyBroken,
  noAlarm,
  harmIsContained,
  tablesAreBounded,
  nothingLiveIsFreed,
  nothingLeft,
]
