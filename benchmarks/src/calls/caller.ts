/** The process of one system: `node caller.js SYSTEM`, with a channel to its parent. */
import { CallBench } from './call-bench.js'
import type { CallSystemName } from './call-system.js'
import type { SliceRequest } from './slice.js'

const bench = await CallBench.start(process.argv[2] as CallSystemName)
process.once('disconnect', () => {
  void bench.stop().finally(() => process.exit(0))
})
process.on('message', (request: SliceRequest) => {
  void bench.measure(request).then((slice) => process.send?.(slice))
})
process.send?.('ready')
