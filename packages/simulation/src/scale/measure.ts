/** What something costs: traffic and virtual time, which are the same in every run, and processor time, which is not. */

import type { ScaleWorld } from './world/scale-world.js'
import { type TrafficCounts, type TrafficKind, trafficBetween } from './world/traffic.js'

export interface Cost {
  readonly messages: number
  readonly frames: number
  readonly bytes: number
  /** Bytes by kind of message. */
  readonly bytesByKind: Readonly<Partial<Record<TrafficKind, number>>>
  /** What the coordinator alone sent, in bytes of frames. */
  readonly coordinatorBytes: number
  /** How long it took in the world, in ms, until nothing was under way. */
  readonly virtualMs: number
  /** Processor time in ms: in the coordinator's turns, in those of them in which it judged, and in all turns of the members. */
  readonly coordinatorMs: number
  readonly judgingMs: number
  readonly membersMs: number
}

/** Lets the world act until it is quiet, and tells what that took. */
export function measure(world: ScaleWorld, act: () => void): Cost {
  const before = snapshot(world)
  act()
  world.settle()
  const after = snapshot(world)
  const { messages, frames, bytes, kinds } = trafficBetween(before.traffic, after.traffic)
  return {
    messages,
    frames,
    bytes,
    bytesByKind: Object.fromEntries(Array.from(kinds, ([kind, counts]) => [kind, counts.bytes])),
    coordinatorBytes: after.coordinatorBytes - before.coordinatorBytes,
    virtualMs: after.now - before.now,
    coordinatorMs: after.coordinatorMs - before.coordinatorMs,
    judgingMs: after.judgingMs - before.judgingMs,
    membersMs: after.membersMs - before.membersMs,
  }
}

/** Two costs, one after the other. */
export function sum(a: Cost, b: Cost): Cost {
  const kinds = new Set([...Object.keys(a.bytesByKind), ...Object.keys(b.bytesByKind)] as TrafficKind[])
  return {
    messages: a.messages + b.messages,
    frames: a.frames + b.frames,
    bytes: a.bytes + b.bytes,
    bytesByKind: Object.fromEntries(
      Array.from(kinds, (kind) => [kind, (a.bytesByKind[kind] ?? 0) + (b.bytesByKind[kind] ?? 0)]),
    ),
    coordinatorBytes: a.coordinatorBytes + b.coordinatorBytes,
    virtualMs: a.virtualMs + b.virtualMs,
    coordinatorMs: a.coordinatorMs + b.coordinatorMs,
    judgingMs: a.judgingMs + b.judgingMs,
    membersMs: a.membersMs + b.membersMs,
  }
}

interface Snapshot extends Pick<Cost, 'coordinatorBytes' | 'coordinatorMs' | 'judgingMs' | 'membersMs'> {
  readonly traffic: TrafficCounts
  readonly now: number
}

function snapshot(world: ScaleWorld): Snapshot {
  const { coordinator, members, judgingMs, now } = world
  return {
    traffic: world.traffic.total(),
    now,
    coordinatorBytes: coordinator.collector.counts.bytesSent,
    coordinatorMs: coordinator.busyMs,
    judgingMs,
    membersMs: members.reduce((total, { busyMs }) => total + busyMs, 0),
  }
}
