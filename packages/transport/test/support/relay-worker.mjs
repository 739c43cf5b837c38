// Forwards frames and closes between two links, so that a test holds both ends of a way that crosses into a worker and back.
import { workerData } from 'node:worker_threads'
import { messagePortLink } from '@holdfast/transport/message-port'

const links = workerData.ports.map((port) => messagePortLink(port, { maxFrameBytes: workerData.maxFrameBytes }))
const join = (from, to) => from.start({ onFrame: (frame) => to.send(frame), onClose: () => to.close() })
join(links[0], links[1])
join(links[1], links[0])
