/** Topics on one node, subscribers everywhere: subscriptions come and go all the time. */

import { thingOf } from '../thing.js'
import { firstOwn, introduce } from './beginnings.js'
import type { Workload } from './workload.js'

export const publishSubscribe: Workload = {
  name: 'publish-subscribe',
  about: 'topics on one node, and subscriptions that come and go',
  weights: { own: 34, send: 3, publish: 0.5, create: 0.5, 'let-go': 2, finalize: 14 },
  prepare(stage) {
    const [broker] = stage.names
    stage.create(broker)
    for (const at of stage.names.slice(1)) stage.create(at)
    introduce(stage, 1)
  },
  act(stage) {
    const { random } = stage
    const [broker, ...others] = stage.names
    const topic = firstOwn(stage, broker)
    if (topic === undefined) return
    const dice = random.below(10)
    if (dice < 5) {
      const from = random.pick(others)
      const listener = stage.create(from)
      stage.do({ do: 'send', from, to: topic, references: [listener] })
      if (random.chance(0.7)) stage.do({ do: 'let-go', at: from, what: listener })
      return
    }
    const subscribed = stage.node(broker).roots.filter((root) => 'importId' in root)
    if (subscribed.length === 0) return
    const listener = thingOf(random.pick(subscribed)).label
    if (dice < 7) {
      stage.do({ do: 'refer', at: broker, from: topic, to: listener })
      stage.do({ do: 'let-go', at: broker, what: listener })
    } else if (dice < 8) stage.do({ do: 'send', from: broker, to: listener, references: [topic] })
    else stage.do({ do: 'let-go', at: broker, what: listener })
  },
}
