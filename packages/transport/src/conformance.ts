/**
 * The contract of `Link` as tests, which every transport passes. The test functions come in as parameters (those of
 * vitest fit as they are), so that this module drags in no test runner.
 *
 * Driver contract: `connect` makes a fresh pair of ends, not started; `settle` lets pass the time in which what is under
 * way arrives (it is called again while something is still missing); `dispose` frees what the pair took up. A
 * `maxFrameBytes` of a few kilobytes (1024 at least) keeps the suite quick.
 */
import { closeCases } from './conformance/close-cases.js'
import { frameCases } from './conformance/frame-cases.js'
import { startCases } from './conformance/start-cases.js'
import { type TestTools, type TransportUnderTest, Trial } from './conformance/trial.js'

export type { LinkPair, TestTools, TransportUnderTest } from './conformance/trial.js'

/** Declares the suite for a transport. */
export function linkConformance(tools: TestTools, transport: TransportUnderTest): void {
  const cases = { ...frameCases, ...startCases, ...closeCases }
  tools.describe(`${transport.name} keeps the contract of a link`, () => {
    for (const [title, body] of Object.entries(cases)) {
      tools.test(title, async () => {
        const trial = new Trial(tools.expect, await transport.connect())
        try {
          await body(trial)
        } finally {
          await trial.dispose()
        }
      })
    }
  })
}
