// Exchanges a frame with a worker, lets go in the way named on the command line, and does nothing to exit: the process ends by itself or not at all.
import { isMainThread, MessageChannel, Worker, workerData } from 'node:worker_threads'
import { messagePortLink } from '@holdfast/transport/message-port'

const say = (line) => process.stdout.write(`${line}\n`)

if (isMainThread) {
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(new URL(import.meta.url), { workerData: { port: port2 }, transferList: [port2] })
  worker.on('exit', (code) => say(`worker exited with ${code}`))
  const link = messagePortLink(port1)
  link.start({
    onFrame: (frame) => {
      say(`echo ${String(frame)}`)
      const ways = {
        close: () => link.close(),
        terminate: () => worker.terminate(),
        unref: () => {
          worker.unref()
          link.unref()
        },
      }
      ways[process.argv[2]]()
    },
    onClose: say,
  })
  link.send(Uint8Array.of(1, 2, 3))
} else {
  const link = messagePortLink(workerData.port)
  link.start({ onFrame: (frame) => link.send(frame), onClose: () => {} })
}
