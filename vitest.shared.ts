import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const { HOLDFAST_SEED, HOLDFAST_RUNS } = process.env
const chosen = HOLDFAST_SEED !== undefined || HOLDFAST_RUNS !== undefined

/** Every package's tests: forked processes with `gc` at hand, and a JSON report that CI adds up. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--expose-gc'],
    testTimeout: 60_000,
    // Loading fast-check into every test file costs time; only who chooses seed or runs pays.
    setupFiles: chosen ? [fileURLToPath(new URL('./vitest.setup.ts', import.meta.url))] : [],
    reporters: ['default', 'json'],
    outputFile: { json: 'report.json' },
  },
})
