/** Progress: a spinner on stderr when that is a terminal, plain lines otherwise. */
import yoctoSpinner from 'yocto-spinner'
import type { Progress } from '../replay/surroundings.js'

/** @param lines where plain lines go when stderr is no terminal */
export function createProgress(lines: NodeJS.WritableStream): Progress {
  const { TERM, CI } = process.env
  return process.stderr.isTTY && TERM !== 'dumb' && CI === undefined ? spinning() : plain(lines)
}

function plain(lines: NodeJS.WritableStream): Progress {
  return {
    begin() {},
    update() {},
    done(what) {
      lines.write(`${what}\n`)
    },
    note(what) {
      lines.write(`note: ${what}\n`)
    },
    stop() {},
  }
}

function spinning(): Progress {
  // Signals are the command's business: the spinner would end the process before the cluster is closed.
  const spinner = yoctoSpinner({ stream: process.stderr, handleSignals: false })
  return {
    begin(what) {
      spinner.start(what)
      spinner.text = what
    },
    update(what) {
      spinner.text = what
    },
    done(what) {
      spinner.success(what)
    },
    note(what) {
      spinner.warning(what)
    },
    stop() {
      spinner.stop()
    },
  }
}
