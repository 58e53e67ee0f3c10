import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { jsonOrUndefined } from '../envelope/compact.ts'
import { isThere } from './pglite-copy.ts'

/**
 * How `publish` reaches a hub that runs on PGlite, whose database no second process may open: a folder beside the root
 * key. Who may write there may sign anyway, so there is nothing more to prove.
 */

/** Between two looks, of both sides. */
const LOOK_EVERY_MS = 250
/** A hub that has not answered by then is busy or gone. */
const ANSWER_LIMIT_MS = 60_000

const folderOf = (dataDir: string) => join(dataDir, 'inbox')
const REQUEST = /^([0-9a-f-]{36})\.request\.json$/

export interface Inbox {
  stop(): Promise<void>
}

/** Publishes what is left in the folder, one after the other; `publish` gives the answer for the one who asked. */
export async function startInbox(
  dataDir: string,
  publish: (text: string) => Promise<unknown>,
  log: Logger,
): Promise<Inbox> {
  const folder = folderOf(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let round: Promise<void> = Promise.resolve()
  let isBusy = false
  const look = async () => {
    for (const name of (await readdir(folder)).sort()) {
      const id = REQUEST.exec(name)?.[1]
      if (id === undefined) continue
      const answer = await publish(await readFile(join(folder, name), 'utf8'))
      // The answer first: a request that is done twice changes nothing, one without an answer is waited for.
      await writeWhole(join(folder, `${id}.answer.json`), JSON.stringify(answer))
      await rm(join(folder, name), { force: true })
    }
  }
  const timer = setInterval(() => {
    if (isBusy) return
    isBusy = true
    round = look()
      .catch((error: unknown) => log.error({ err: error }, 'inbox.failed'))
      .finally(() => {
        isBusy = false
      })
  }, LOOK_EVERY_MS)
  return {
    async stop() {
      clearInterval(timer)
      await round
    },
  }
}

/** Leaves a request and waits for its answer; nothing when none came, and then the request is taken back. */
export async function askInbox(dataDir: string, text: string, limitMs = ANSWER_LIMIT_MS): Promise<unknown> {
  const folder = folderOf(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const id = randomUUID()
  const request = join(folder, `${id}.request.json`)
  const answer = join(folder, `${id}.answer.json`)
  await writeWhole(request, text)
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += LOOK_EVERY_MS) {
    if (await isThere(answer)) {
      const said = jsonOrUndefined(await readFile(answer, 'utf8'))
      await rm(answer)
      return said
    }
    await delay(LOOK_EVERY_MS)
  }
  await rm(request, { force: true })
  return undefined
}

/** Never seen half written. */
async function writeWhole(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`
  await writeFile(fresh, text, { mode: 0o600 })
  await rename(fresh, path)
}
