import { calling } from '@holdfast/node'

/** Another proxy of a remote object; null for an object of this thread. */
export function viewOf(object: object): object | null {
  try {
    return calling(object, {})
  } catch {
    return null
  }
}
