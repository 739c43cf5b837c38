/** Faults of processes: killed, stopped, without a disk. */
import { setTimeout as sleep } from 'node:timers/promises'
import { VAULT } from '../workload/vault-calls.js'
import type { DrawnFault, FaultContext } from './fault.js'

export function kill(context: FaultContext): DrawnFault {
  const { cluster, random } = context.parts
  // The last is never killed: its memory is watched.
  const name = random.pick(cluster.members.slice(0, -1))
  // Whoever holds something of it has lost that, and nobody has to reach it.
  return { ...killing(context, name), pairs: [] }
}

export function killDurable(context: FaultContext): DrawnFault {
  return { ...killing(context, VAULT), pairs: context.pairsOf([VAULT]) }
}

function killing(context: FaultContext, name: string): Omit<DrawnFault, 'pairs'> {
  const { cluster } = context.parts
  return {
    what: name,
    touched: [name],
    ms: context.terms(0, 1.5),
    begin: () => cluster.kill(name),
    end: () => cluster.launch(name),
  }
}

export const stop = (context: FaultContext): DrawnFault => stopping(context, context.terms(0.2, 0.7))
export const longStop = (context: FaultContext): DrawnFault => stopping(context, context.terms(1.2, 2.5))

function stopping(context: FaultContext, ms: number): DrawnFault {
  const { cluster, random } = context.parts
  const name = random.pick(context.everybody)
  return {
    what: name,
    touched: [name],
    pairs: context.pairsOf([name]),
    ms,
    begin: () => cluster.signal(name, 'SIGSTOP'),
    end: () => cluster.signal(name, 'SIGCONT'),
  }
}

export function fullDisk(context: FaultContext): DrawnFault {
  const { cluster, disk, term } = context.parts
  return {
    what: VAULT,
    touched: [VAULT],
    pairs: context.pairsOf([VAULT]),
    ms: context.terms(0.5, 1.5),
    begin: () => {
      cluster.mayEnd(VAULT, true)
      disk.fill()
    },
    end: async () => {
      // It ends with the first write that fails; with nothing to write it goes on.
      await Promise.race([cluster.exited(VAULT), sleep(term / 2)])
      disk.clear()
      await cluster.launch(VAULT)
      cluster.mayEnd(VAULT, false)
    },
  }
}

export function killServer(context: FaultContext): DrawnFault {
  const { server } = context.parts
  return {
    ...ofTheServer(context),
    ms: context.terms(0, 1.5),
    begin: () => server?.kill(),
    end: () => server?.begin(),
  }
}

export function stopServer(context: FaultContext): DrawnFault {
  const { server } = context.parts
  return {
    ...ofTheServer(context),
    ms: context.terms(0.3, 2.5),
    begin: () => server?.signal('SIGSTOP'),
    end: () => server?.signal('SIGCONT'),
  }
}

const ofTheServer = (context: FaultContext): Pick<DrawnFault, 'what' | 'touched' | 'pairs'> => ({
  what: 'the server',
  touched: ['server'],
  pairs: context.pairsOf(context.everybody),
})
