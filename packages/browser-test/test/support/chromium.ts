/** Debian's Chromium, without a window and without a word to anybody. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PATH = process.env['HOLDFAST_CHROMIUM'] ?? '/usr/bin/chromium'

/** No sandbox: as root, as in most containers, there is none to be had. Nothing goes out on its own account. */
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update']

/**
 * @param flags for V8: `--expose-gc` gives every page and worker `gc()`
 * @throws Error where it is not installed; these tests are never skipped
 */
export function startChromium(...flags: string[]): Promise<Browser> {
  if (!existsSync(PATH)) {
    throw new Error(
      `No Chromium at ${PATH}. Install it with \`apt-get install -y chromium\`, or name another in HOLDFAST_CHROMIUM.`,
    )
  }
  const js = flags.length === 0 ? [] : [`--js-flags=${flags.join(',')}`]
  return chromium.launch({ executablePath: PATH, args: [...ARGUMENTS, ...js] })
}
