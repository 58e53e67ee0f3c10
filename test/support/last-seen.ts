import type { Page } from 'playwright-core'
import { afterEach } from 'vitest'

/**
 * What stood on the screen and in the terminal's log when a world was closed. Kept so that an e2e test that failed says
 * where it stood: on another machine nobody can look. The people in it are the simulators' sample persons.
 */
interface LastSeen {
  readonly screen: string
  readonly log: readonly string[]
}

const LOG_LINES = 25
let lastSeen: LastSeen | undefined

/** Notes the page's address, test ids and words, and the log's last lines, or that the page cannot be asked any more. */
export async function noteLastSeen(
  page: Page | undefined,
  log: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  lastSeen = { screen: await screenOf(page), log: log.slice(-LOG_LINES).map((line) => JSON.stringify(line)) }
}

async function screenOf(page: Page | undefined): Promise<string> {
  if (page === undefined) return 'no page'
  const read = page.evaluate(() => ({
    address: location.pathname,
    ids: [...document.querySelectorAll<HTMLElement>('[data-testid]')].map((each) =>
      Object.entries(each.dataset)
        .map(([name, value]) => (name === 'testid' ? value : `${name}=${value}`))
        .join(' '),
    ),
    words: document.body.innerText.replaceAll(/\s+/g, ' '),
  }))
  try {
    const { address, ids, words } = await read
    return `${address}\n  ${ids.join('\n  ')}\n${words}`
  } catch (error) {
    return `the page could not be asked: ${String(error)}`
  }
}

/** For vitest's setupFiles: runs after the test file's own hooks have closed the world. */
export function sayWhereItStood(): void {
  afterEach(({ task }) => {
    const seen = lastSeen
    lastSeen = undefined
    if (task.result?.state !== 'fail' || seen === undefined) return
    console.log(`${task.name}: it failed here\n${seen.screen}\n${seen.log.join('\n')}`)
  })
}
