import { CallError } from '@holdfast/node'

/** The other end of the endpoint was gone before it had exposed anything. Code `endpoint-closed`. */
export class EndpointClosedError extends CallError {
  constructor() {
    super('endpoint-closed', 'the endpoint was closed before anything was exposed at its other end')
  }
}
