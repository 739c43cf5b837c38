import { isDeepStrictEqual } from 'node:util'
import type { GraphCluster } from '@holdfast/worker'
import { objectCount } from '../heap-graph/heap-graph.js'
import { countOwned, partitionGraph } from '../heap-graph/partition.js'
import { releasesOf } from '../heap-graph/release.js'
import { writeRhg } from '../heap-graph/rhg.js'
import { COLLECTORS, type Collection, collect } from '../replay/collection.js'
import { isRight } from '../replay/replay.js'
import type { Surroundings } from '../replay/surroundings.js'
import { verify } from '../replay/verifier.js'
import { withCluster } from '../replay/with-cluster.js'
import { type Act, NODES, type Scene } from './scenes.js'
import { type Drawing, drawSketch } from './sketch.js'

/** Short, so that nobody has to wait long for the end of one: about twelve terms. */
const LEASE = { term: 150, drift: 0.01 }

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
  const options = { nodes: NODES, transport: 'message-port', graph: 'auto', loss: 0, seed: 1, lease: LEASE } as const
  surroundings.progress.begin(scene.title)
  await withCluster(surroundings, options, async (cluster) => {
    await cluster.load(partitionGraph(drawing.graph, drawing.owners, NODES).partitions)
    const released: number[] = []
    let objects = objectCount(drawing.graph)
    const killed: number[] = []
    for (const act of scene.acts) {
      released.push(...act.roots)
      if (act.kills !== undefined) killed.push(act.kills)
      const played = await playAct(act, { cluster, drawing, released, killed, objects })
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
  /** Nodes killed so far, that of this act included. */
  readonly killed: readonly number[]
  /** Objects there before the act. */
  readonly objects: number
}

async function playAct(act: Act, { cluster, drawing, released, killed, objects }: Stage): Promise<Played> {
  const { graph, owners } = drawing
  const references = new Uint32Array(0)
  const collection = await collect(cluster, {
    releases: releasesOf(graph, owners, { references, roots: Uint32Array.from(act.roots), nodes: NODES }),
    collectors: COLLECTORS,
    objects,
    ...(act.kills === undefined ? {} : { kill: { nodes: [act.kills], objects: countOwned(owners, [act.kills]) } }),
  })
  const verdict = verify({
    file: writeRhg(graph),
    partition: owners,
    nodes: NODES,
    removedReferences: references,
    removedRoots: Uint32Array.from(released),
    killed,
    survivors: collection.survivors,
  })
  const right = isRight(collection, verdict) && isDeepStrictEqual(collection.freedBy, { lease: 0, ...act.frees })
  return { act, collection, right }
}
