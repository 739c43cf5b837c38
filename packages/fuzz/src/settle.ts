import type { VirtualClock } from '@holdfast/transport'

/** Carries out what is due now, and what follows from it. */
export async function settle(clock: VirtualClock): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet++) {
    await Promise.resolve()
    while (clock.nextAt !== null && clock.nextAt <= clock.now()) {
      clock.step()
      await Promise.resolve()
      quiet = 0
    }
  }
}
