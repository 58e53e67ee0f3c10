import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import jsQR from 'jsqr'
import type { Page } from 'playwright-core'
import { z } from 'zod'
import { ROOT } from '../../electron/dev/stack.ts'

/** Staff of a running hub, added as its keeper adds them: by `npm run hub -- staff add`. */

const AddedSchema = z.object({
  event: z.literal('staff-added'),
  number: z.string(),
  pin: z.string(),
  badge: z.string(),
})
const run = promisify(execFile)

export interface StaffBadge {
  readonly number: string
  readonly pin: string
  /** What a scanner reads off the printed badge. */
  readonly text: string
}

export async function addStaff(dataDir: string, name: string): Promise<StaffBadge> {
  const file = join(dataDir, `badge-${name}.svg`)
  const main = join(ROOT, 'sync/hub/main.ts')
  const hubDir = join(dataDir, 'hub')
  const { stdout } = await run(process.execPath, [
    main,
    'staff',
    'add',
    name,
    '--data',
    hubDir,
    '--badge',
    file,
    '--json',
  ])
  const { number, pin, badge } = AddedSchema.parse(JSON.parse(stdout))
  return { number, pin, text: readSvgCode(await readFile(badge, 'utf8')) }
}

const PIXELS_PER_MODULE = 4

/** Reads the code from the drawing itself, module by module. */
function readSvgCode(svg: string): string {
  const box = /viewBox="(-\d+) -\d+ (\d+) \d+" shape-rendering/.exec(svg)
  const path = /<path d="([^"]+)"/.exec(svg)?.[1]
  if (box === null || path === undefined) throw new Error('the badge has no code')
  const quiet = -Number(box[1])
  const side = Number(box[2]) * PIXELS_PER_MODULE
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let row = 0; row < PIXELS_PER_MODULE; row++) {
      for (let column = 0; column < PIXELS_PER_MODULE; column++) {
        const at = (Number(y) + quiet) * PIXELS_PER_MODULE + row
        const place = (at * side + (Number(x) + quiet) * PIXELS_PER_MODULE + column) * 4
        pixels.fill(0, place, place + 3)
      }
    }
  }
  const read = jsQR(pixels, side, side)
  if (read === null) throw new Error('the badge’s code cannot be read')
  return read.data
}

/** Shows a badge, or any code, as a scanner types it that is a keyboard: in one go, with Enter behind. */
export function typeCode(page: Page, text: string): Promise<void> {
  return page.evaluate(
    (keys) => {
      const beganAtMs = performance.now()
      for (const [index, key] of keys.entries()) {
        const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
        // When the key came, as the browser stamps it, however long the page takes for the one before.
        Object.defineProperty(event, 'timeStamp', { value: beganAtMs + index * 2 })
        ;(document.activeElement ?? document.body).dispatchEvent(event)
      }
    },
    [...text, 'Enter'],
  )
}

/** The six digits, by touch. */
export async function touchPin(page: Page, pin: string): Promise<void> {
  await page.getByTestId('staff-pin-page').waitFor()
  for (const digit of pin) await page.getByTestId('number-pad').getByTestId(`key-${digit}`).click()
  await page.getByTestId('key-done').click()
}
