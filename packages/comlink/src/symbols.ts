/** `api[releaseProxy]()` lets go of a remote object: at once, and not when V8 finds out that nobody has it any more. Also as `using api = …`. */
export const releaseProxy: typeof Symbol.dispose = Symbol.dispose
/** `api[createEndpoint]()` gives a port at which the same object can be wrapped. */
export const createEndpoint: unique symbol = Symbol('createEndpoint')
/** The method of an exposed object that is called when nobody holds it from afar any more. */
export const finalizer: unique symbol = Symbol('finalizer')
