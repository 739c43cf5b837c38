/** The demo: small scenes, one of them with plain classes, then a real program's heap dropped whole; all on worker threads, all judged. */
import { fileURLToPath } from 'node:url'
import colors from 'picocolors'
import type { FreedBy } from '../replay/collection.js'
import { megabytes, milliseconds, number } from '../replay/number-format.js'
import { replay } from '../replay/replay.js'
import type { Surroundings } from '../replay/surroundings.js'
import { PLAIN_CLASSES, playPlainClasses } from './plain-classes.js'
import { playScene } from './play-scene.js'
import { NODES, SCENES } from './scenes.js'

/** The object graph of a running TypeScript compiler; see `fixtures/README.md`. */
const HEAP_FIXTURE = fileURLToPath(new URL('../../fixtures/typescript-heap.rhg.gz', import.meta.url))

/** Plays the demo. @param print one line @returns whether every step was right */
export async function demo(surroundings: Surroundings, print: (line: string) => void): Promise<boolean> {
  let allRight = true
  const step = (says: StepText): void => {
    allRight &&= says.right
    for (const line of stepLines(says)) print(line)
  }
  for (const [index, scene] of SCENES.entries()) {
    print(colors.bold(`${index + 1}. ${scene.title}`))
    print(`   held     ${scene.held}`)
    await playScene(scene, surroundings, ({ act, collection, right }) => {
      surroundings.progress.stop()
      const ms = collection.collectMs + collection.leaseMs
      step({ letGo: act.letGo, freedBy: collection.freedBy, ms, right, remark: act.remark })
    })
  }
  await dropPlainClasses(surroundings, { print, step })
  await dropRealHeap(surroundings, { print, step })
  print(allRight ? colors.green('All steps are right.') : colors.red('Not all steps are right.'))
  return allRight
}

interface StepText {
  readonly letGo: string
  readonly freedBy: FreedBy
  readonly ms: number
  readonly right: boolean
  readonly remark: string
}

function stepLines({ letGo, freedBy, ms, right, remark }: StepText): string[] {
  const mark = right ? colors.green('right') : colors.red('NOT RIGHT')
  const { refcount, lease, tracing } = freedBy
  const byLease = lease === 0 ? '' : `${number(lease)} by the end of a lease, `
  const freed =
    refcount + lease + tracing === 0
      ? 'nothing'
      : `${number(refcount)} by reference listing, ${byLease}${number(tracing)} by tracing`
  return [
    `   let go   ${letGo}`,
    `   freed    ${freed}, in ${milliseconds(ms)}: ${mark}`,
    `            ${colors.dim(remark)}`,
    '',
  ]
}

interface Stage {
  readonly print: (line: string) => void
  readonly step: (says: StepText) => void
}

async function dropPlainClasses(surroundings: Surroundings, { print, step }: Stage): Promise<void> {
  const { title, held, letGo, remark } = PLAIN_CLASSES
  print(colors.bold(`${SCENES.length + 1}. ${title}`))
  print(`   held     ${held}`)
  const played = await playPlainClasses(surroundings)
  surroundings.progress.stop()
  step({ ...played, letGo, remark })
}

async function dropRealHeap(surroundings: Surroundings, { print, step }: Stage): Promise<void> {
  print(colors.bold(`${SCENES.length + 2}. A real program's heap, dropped whole`))
  const result = await replay(
    {
      file: HEAP_FIXTURE,
      nodes: NODES,
      partition: 'hash',
      cut: 'roots',
      count: 'all',
      seed: 1,
      graph: 'auto',
      collectors: ['refcount', 'tracing'],
      transport: 'message-port',
      loss: 0,
    },
    { ...surroundings, progress: { ...surroundings.progress, done() {} } },
  )
  surroundings.progress.stop()
  print(
    `   held     the TypeScript compiler at work: ${number(result.objects)} objects on ${NODES} workers, ` +
      `${number(result.crossReferences)} references cross`,
  )
  step({
    letGo: `all ${number(result.count)} root entries`,
    freedBy: result.freedBy,
    ms: result.timeMs.collect,
    right: result.ok,
    remark:
      `${megabytes(result.bytes)} on the wire; V8 itself needs ${milliseconds(result.v8FullGcMs)} ` +
      'for the same heap in one process',
  })
}
