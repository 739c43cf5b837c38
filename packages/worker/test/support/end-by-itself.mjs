/** Uses a cluster, closes it, and ends if nothing keeps the process. */
import { ThreadCluster } from '@holdfast/worker'

const cluster = await ThreadCluster.start({ nodes: 2, graph: 'compact', replaceCoordinator: true })
const columns = (own, other, roots) => ({
  objects: Uint32Array.of(own),
  offsets: Uint32Array.of(0, 1),
  targets: Uint32Array.of(other),
  owners: Uint8Array.of(other),
  roots: Uint32Array.from(roots),
})
await cluster.load([columns(0, 1, [0]), columns(1, 0, [])])
await cluster.collectCycles()
await cluster.close()
