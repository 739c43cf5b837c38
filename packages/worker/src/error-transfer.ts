/** Lets comlink carry what an error of ours is worth: of any error it takes name, message and stack alone. */
import { HoldfastError } from '@holdfast/core'
import { transferHandlers } from 'comlink'

/**
 * Has the errors that calls on this thread throw arrive with their `code` and `data`. For a worker, where all of comlink is
 * ours: its handlers are one table a thread. The other side needs nothing, it assigns whatever comes to an Error.
 */
export function keepErrorCodes(): void {
  const handler = transferHandlers.get('throw')
  if (handler === undefined) return
  transferHandlers.set('throw', {
    ...handler,
    serialize: (thrown) => {
      const { value } = thrown as { readonly value: unknown }
      const [serialized, transferables] = handler.serialize(thrown)
      if (!(value instanceof HoldfastError)) return [serialized, transferables]
      const { value: plain, ...rest } = serialized as { readonly value: object }
      return [{ ...rest, value: { ...plain, ...value.toData() } }, transferables]
    },
  })
}
