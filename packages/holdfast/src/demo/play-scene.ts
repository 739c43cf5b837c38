import type { GraphCluster } from '@holdfast/worker'
import { objectCount } from '../heap-graph/heap-graph.js'
import { partitionGraph } from '../heap-graph/partition.js'
import { releasesOf } from '../heap-graph/release.js'
import { writeRhg } from '../heap-graph/rhg.js'
import { COLLECTORS, type Collection, collect } from '../replay/collection.js'
import { isRight } from '../replay/replay.js'
import type { Surroundings } from '../replay/surroundings.js'
import { verify } from '../replay/verifier.js'
import { withCluster } from '../replay/with-cluster.js'
import { type Act, NODES, type Scene } from './scenes.js'
import { type Drawing, drawSketch } from './sketch.js'

/** What an act came to. */
export interface Played {
  readonly act: Act
  readonly collection: Collection
  /** Exactly the right objects went, each by the collector that had to free it. */
  readonly right: boolean
}

/** Plays a scene on worker threads of its own and tells of each act when it is over. */
export async function playScene(
  scene: Scene,
  surroundings: Surroundings,
  tell: (played: Played) => void,
): Promise<void> {
  const drawing = drawSketch(scene.sketch)
  const options = { nodes: NODES, transport: 'message-port', graph: 'auto', loss: 0, seed: 1 } as const
  surroundings.progress.begin(scene.title)
  await withCluster(surroundings, options, async (cluster) => {
    await cluster.load(partitionGraph(drawing.graph, drawing.owners, NODES).partitions)
    const released: number[] = []
    let objects = objectCount(drawing.graph)
    for (const act of scene.acts) {
      released.push(...act.roots)
      const played = await playAct(act, { cluster, drawing, released, objects })
      objects = played.collection.survivors.length
      tell(played)
    }
  })
}

interface Stage {
  readonly cluster: GraphCluster
  readonly drawing: Drawing
  /** Root entries released so far, those of this act included. */
  readonly released: readonly number[]
  /** Objects there before the act. */
  readonly objects: number
}

async function playAct(act: Act, { cluster, drawing, released, objects }: Stage): Promise<Played> {
  const { graph, owners } = drawing
  const references = new Uint32Array(0)
  const collection = await collect(cluster, {
    releases: releasesOf(graph, owners, { references, roots: Uint32Array.from(act.roots), nodes: NODES }),
    collectors: COLLECTORS,
    objects,
  })
  const verdict = verify({
    file: writeRhg(graph),
    partition: owners,
    nodes: NODES,
    removedReferences: references,
    removedRoots: Uint32Array.from(released),
    survivors: collection.survivors,
  })
  const { refcount, tracing } = collection.freedBy
  const right = isRight(collection, verdict) && refcount === act.frees.refcount && tracing === act.frees.tracing
  return { act, collection, right }
}
