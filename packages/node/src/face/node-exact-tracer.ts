/** Asks V8 what refers to what. Chosen as `#exact-tracer` by the package's `imports`, and loaded when first asked for. */
export { traceExact } from '@holdfast/heap/exact'
