/** How long either thread is held up while so many references are let go of at once, V8's own collections apart. */
import { type Pauses, PauseWatch } from '../measure/pauses.js'
import { quantile } from '../measure/statistics.js'
import type { Variant } from '../suite.js'
import { OwnerThread } from './owner-thread.js'
import type { ReferenceSystemName } from './reference-system.js'

const IN_FLIGHT = 1_000

export async function startBulkDrop(system: ReferenceSystemName, references: number): Promise<Variant> {
  const thread = await OwnerThread.start(system, { isWatched: false })
  return {
    async round() {
      const list = Array.from({ length: references }, (): unknown => null)
      await thread.fill(list, IN_FLIGHT)
      await thread.ask('watch')
      const near = new PauseWatch()
      const startedAt = performance.now()
      await thread.holder.release(list)
      await thread.released()
      const goneAfter = performance.now() - startedAt
      const sides: Pauses[] = [near.stop(), await thread.ask('pauses')]
      return {
        'pause p99': Math.max(...sides.map(({ late }) => quantile(late, 0.99))),
        'longest pause': Math.max(...sides.flatMap(({ late }) => late)),
        'longest collection of V8': Math.max(
          0,
          ...sides.flatMap(({ collections }) => collections.map(([from, to]) => to - from)),
        ),
        'gone after': goneAfter,
      }
    },
    close: () => thread.close(),
  }
}
