/** Many objects change hands in one message and are let go of at once. */
import type { Workload } from './workload.js'

/** Mostly some hundred; now and then as many as there are in a large program. */
const SIZES = [50, 100, 200, 300]
const HUGE = 100_000
const HUGE_IN = 500

export const bulkDrop: Workload = {
  name: 'bulk-drop',
  about: 'many objects (one run in 500: 100,000) change hands and are let go of at once',
  stepsShare: 0.25,
  weights: { create: 0 },
  prepare(stage) {
    const { random } = stage
    const isHuge = random.below(HUGE_IN) === 0
    for (let batch = isHuge ? 1 : 2; batch > 0; batch--) {
      const at = random.pick(stage.names)
      const series = stage.label()
      const count = isHuge ? HUGE : random.pick(SIZES)
      stage.do({ do: 'create-many', at, as: series, count, chain: !isHuge && random.chance(0.3) })
      const to = stage.other(at)
      stage.do({ do: 'publish-many', from: at, to, series })
      stage.settle()
      if (random.chance(0.5)) stage.do({ do: 'publish-many', from: to, to: stage.other(to), series })
      stage.do({ do: 'let-go-of-all', at })
      stage.settle()
      stage.do({ do: 'let-go-of-all', at: to })
      stage.do({ do: 'collect', at: to })
    }
  },
}
