import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { launchChromium } from '../support/chromium.ts'
import { openSmallDisk, type SmallDisk } from './small-disk.ts'
import { within } from './waiting.ts'

/** A real Chromium on the kiosk page, whose sync worker owns RxDB and the drain. Its store is a view, and is ill-treated. */
export interface BrowserSide {
  /** A page on a fresh start address; after each start of the terminal. */
  open(startAddress: StartAddress): Promise<void>
  /** A second page, a second worker: only one may hold the drain. */
  openSecond(startAddress: StartAddress): Promise<void>
  closeSecond(): Promise<void>
  /** Deletes every database under the running worker: how many there were. */
  deleteDatabases(): Promise<number>
  /** Ends Chromium, deletes its IndexedDB files, starts it again: true when there were any. */
  wipeProfile(): Promise<boolean>
  /** Fills the disk that the profile lies on; false when it does not lie on a small one. */
  fillDisk(): boolean
  emptyDisk(): void
  /** The renderer process dies. */
  killPage(): Promise<void>
  /** What the page says of its drain: the workers' own words are in the terminal's log. */
  readonly disk: SmallDisk | undefined
  close(): Promise<void>
}

/** A fresh one each time: each is good for one entry. */
type StartAddress = () => Promise<string>

/** A start address is good for 10 s; on a busy machine the page may come too late for one. */
const TRIES = 3
const PROFILE_MEGABYTES = 96
const PAGE_WITHIN_MS = 30_000
/** A Chromium that was ill-treated may answer nothing any more, for ever: then it is killed and started again. */
const CHROMIUM_ANSWERS_MS = 20_000

export async function openBrowserSide(dir: string, mayMount: boolean): Promise<BrowserSide> {
  const mounted = mayMount ? openSmallDisk(join(dir, 'profile-disk'), PROFILE_MEGABYTES, ['tmpfs']) : undefined
  const disk = mounted?.ok ? mounted.disk : undefined
  const profile = join(disk?.dir ?? dir, 'profile')
  let context: BrowserContext | undefined
  let page: Page | undefined
  let second: Page | undefined

  async function launched(): Promise<BrowserContext> {
    context ??= await launchChromium({ userDataDir: profile, args: ['--disk-cache-size=1048576'] })
    return context
  }
  async function goTo(which: Page, startAddress: StartAddress): Promise<void> {
    for (let left = TRIES; ; left--) {
      try {
        await which.goto(await startAddress(), { timeout: PAGE_WITHIN_MS, waitUntil: 'commit' })
        await which.getByTestId('status').waitFor({ timeout: PAGE_WITHIN_MS })
        return
      } catch (error) {
        if (left === 1) throw error
      }
    }
  }
  async function newPage(): Promise<Page> {
    const made = await within((await launched()).newPage(), CHROMIUM_ANSWERS_MS)
    if (made !== undefined) return made
    await closeContext()
    return (await launched()).newPage()
  }
  /** A page that does not close is left behind: nothing waits for it, and it goes with its Chromium. */
  async function closePage(which: Page): Promise<void> {
    await within(which.close(), CHROMIUM_ANSWERS_MS)
  }
  async function closeContext(): Promise<void> {
    const closed = context?.close().then(() => true)
    if (closed !== undefined && !(await within(closed, CHROMIUM_ANSWERS_MS))) killChromium(profile)
    context = undefined
    page = undefined
    second = undefined
  }

  return {
    disk,
    async open(startAddress) {
      // A page that lost its terminal loads itself anew whenever it likes, and would break off any way it is sent:
      // the new terminal gets a new one.
      const old = (await launched()).pages()
      page = await newPage()
      for (const each of old) await closePage(each)
      await goTo(page, startAddress)
    },
    async openSecond(startAddress) {
      second = await newPage()
      await goTo(second, startAddress)
    },
    async closeSecond() {
      if (second !== undefined) await closePage(second)
      second = undefined
    },
    async deleteDatabases() {
      if (page === undefined) return 0
      const work = page.evaluate(async () => {
        // The worker may not have made them yet.
        while ((await indexedDB.databases()).length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
        const names = (await indexedDB.databases()).flatMap(({ name }) => (name === undefined ? [] : [name]))
        const deleted = names.map(
          (name) =>
            new Promise<number>((resolve) => {
              const request = indexedDB.deleteDatabase(name)
              request.onsuccess = () => resolve(1)
              request.onerror = () => resolve(0)
            }),
        )
        return (await Promise.all(deleted)).reduce((sum, each) => sum + each, 0)
      })
      // A worker that keeps its connection open blocks the deletion; it is done when it lets go.
      return (await within(work, 15_000)) ?? 0
    },
    async wipeProfile() {
      await closeContext()
      const store = join(profile, 'Default', 'IndexedDB')
      const wasThere = existsSync(store)
      rmSync(store, { recursive: true, force: true })
      return wasThere
    },
    fillDisk() {
      if (disk === undefined) return false
      disk.fill(0)
      return true
    },
    emptyDisk: () => disk?.empty(),
    async killPage() {
      const dying = page
      page = undefined
      if (dying === undefined) return
      const crashed = new Promise<void>((resolve) => dying.once('crash', () => resolve()))
      // Chromium's own address for a renderer that dies; it never answers.
      dying.goto('chrome://crash').catch(() => undefined)
      await within(crashed, 5_000)
      // A Chromium whose last page closes begins to end itself: one stays.
      await newPage()
      await closePage(dying)
    },
    async close() {
      await closeContext()
      disk?.close()
    },
  }
}

/** Every process of the Chromium on this profile. */
function killChromium(profile: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
    if (commandOf(pid).includes(`--user-data-dir=${profile}`)) killIfThere(Number(pid))
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // Its siblings end with the first that is killed.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function commandOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return []
    throw error
  }
}
