/** Actions in words. */
import type { Action, Label, NodeName } from './action.js'

/** Whose object a label names; null for one that is not there yet. */
export type HomeOf = (label: Label) => NodeName | null

/** An action as a sentence: `bob grants o17 to carol`. */
export function describe(action: Action, homeOf: HomeOf): string {
  switch (action.do) {
    case 'create':
      return `${action.at} makes ${action.as}`
    case 'create-many':
      return `${action.at} makes ${action.count} objects${action.chain ? ' in a chain' : ''}, ${action.as}.0 and on`
    case 'refer':
      return `${action.at} lets ${action.from} refer to ${action.to}`
    case 'unrefer':
      return `${action.at} lets ${action.from} refer to ${action.to} no more`
    case 'let-go':
      return `${action.at} lets go of ${action.what}`
    case 'let-go-of-all':
      return `${action.at} lets go of everything`
    case 'send':
      return describeSend(action, homeOf)
    case 'publish':
      return describeCarrying(action.from, { to: action.to, references: action.references }, homeOf)
    case 'publish-many':
      return `${action.from} gives ${action.to} all of ${action.series}`
    case 'answer':
      return `${describeCarrying(action.from, action, homeOf)}, in answer to a call`
    case 'collect':
      return `${action.at} collects its own heap`
    case 'finalize':
      return `${action.at} runs ${action.which === 'all' ? 'all its finalizers' : `its finalizer ${action.which}`}`
    case 'report':
      return `${action.at} reports to ${action.to}`
    case 'report-late':
      return `${action.at} traces, takes ${action.frames} frames in, and reports to ${action.to}`
    case 'judge':
      return `${action.at} judges`
    case 'begin-round':
      return `${action.at} begins a round`
    case 'tick':
      return `${action.at} does what is due`
    default:
      return describeOutside(action)
  }
}

function describeSend({ from, to, references }: Extract<Action, { do: 'send' }>, homeOf: HomeOf): string {
  const owner = homeOf(to) ?? 'its owner'
  if (references.length === 0) return `${from} calls ${to} of ${owner}`
  return `${describeCarrying(from, { to: owner, references }, homeOf)}, in a call to ${to}`
}

/** What carrying a reference means depends on whose object it is. */
function describeCarrying(
  from: NodeName,
  { to, references }: { to: NodeName; references: readonly Label[] },
  homeOf: HomeOf,
): string {
  if (references.length === 0) return `${from} says something to ${to}`
  const parts = references.map((label) => {
    const home = homeOf(label)
    if (home === from) return `grants ${label} to ${to}`
    if (home === to) return `carries ${label} home to ${to}`
    return `gives ${label} of ${home ?? 'another'} to ${to}`
  })
  return `${from} ${parts.join(' and ')}`
}

type Outside = Exclude<
  Action,
  {
    do:
      | 'create'
      | 'create-many'
      | 'refer'
      | 'unrefer'
      | 'let-go'
      | 'let-go-of-all'
      | 'send'
      | 'publish'
      | 'publish-many'
      | 'answer'
      | 'collect'
      | 'finalize'
      | 'report'
      | 'report-late'
      | 'judge'
      | 'begin-round'
      | 'tick'
  }
>

function describeOutside(action: Outside): string {
  switch (action.do) {
    case 'deliver':
      return `a frame of ${action.from} reaches ${action.to}${overtaking(action.at)}`
    case 'duplicate':
      return `a frame from ${action.from} to ${action.to} is doubled`
    case 'lose':
      return `a frame from ${action.from} to ${action.to} is lost`
    case 'late-frame':
      return `a frame of ${action.from} from an earlier link reaches ${action.to}`
    case 'block':
      return `nothing gets through from ${action.from} to ${action.to}`
    case 'unblock':
      return `${action.to} can hear ${action.from} again`
    case 'link':
      return `${action.a} and ${action.b} get a new link`
    case 'reset':
      return `the link of ${action.a} and ${action.b} breaks${whoKnows(action)}`
    case 'notice':
      return `${action.at} finds its link to ${action.peer} dead`
    case 'garble':
      return `${action.to} gets rubbish from ${action.from}`
    case 'pass':
      return action.moving ? `${action.ms} ms pass` : `the world stands still for ${action.ms} ms`
    case 'stall':
      return `${action.at} stalls`
    case 'wake':
      return `${action.at} wakes`
    case 'crash':
      return `${action.at} crashes`
    case 'restart':
      return `${action.at} starts anew`
    case 'pause':
      return `${action.at} is put to sleep, with its state`
    case 'resume':
      return `${action.at} is back, with its state`
    case 'fail':
      return `${action.at} ${action.in === 'commit' ? 'will not commit its next turn' : 'dies when it has committed its next turn'}`
    case 'go-down':
      return `${action.at} dies, and its disk is well`
    case 'jump':
      return `the clock of ${action.at} ${action.ms > 0 ? `leaps ${action.ms} ms ahead` : `stands still for ${-action.ms} ms`}`
    case 'forge':
      return `${action.by} ${action.lie.replaceAll('-', ' ')} (${action.n}), to ${action.to}`
    case 'repeat':
      return `${action.by} sends ${action.to} an old report or verdict again`
  }
}

const overtaking = (at: number): string => (at === 0 ? '' : `, overtaking ${at}`)

function whoKnows({ a, b, told }: Extract<Action, { do: 'reset' }>): string {
  if (told === 'both') return ''
  return `, and only ${told === 'a' ? a : b} knows`
}
