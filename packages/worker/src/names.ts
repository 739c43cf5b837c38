/** How the nodes of a cluster are called. */

/** The node of its own that coordinates and holds no objects. */
export const COORDINATOR = 'coordinator'

/** `node-0`, `node-1`, … */
export const nodeNames = (count: number): string[] => Array.from({ length: count }, (_, index) => `node-${index}`)
