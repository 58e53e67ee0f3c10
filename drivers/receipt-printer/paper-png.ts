import { existsSync } from 'node:fs'
import { PNG } from 'pngjs'
import { PAPER_WIDTH_DOTS, type Paper } from './paper.ts'
import { paperSvgHeightDots, renderPaperSvg } from './paper-svg.ts'

/** A paper as PNG, 576 dots wide, one pixel a dot, black and white: the SVG rendered by the system's Chromium. */

export type PaperPngResult =
  | { readonly ok: true; readonly png: Uint8Array; readonly widthDots: number; readonly heightDots: number }
  | { readonly ok: false; readonly fault: 'no-browser'; readonly detail: string }

/** A thermal head knows no grey. Darker than this prints. */
const BLACK_BELOW = 150

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** CHROMIUM_PATH, else Debian's place. undefined when there is none. */
export function findChromium(environment: Record<string, string | undefined> = process.env): string | undefined {
  return [environment.CHROMIUM_PATH, '/usr/bin/chromium'].find((path) => path !== undefined && existsSync(path))
}

/** Starts a browser for the one picture, about a second. `executablePath` null: as if there were none. */
export async function renderPaperPng(
  paper: Paper,
  executablePath: string | null = findChromium() ?? null,
): Promise<PaperPngResult> {
  if (executablePath === null)
    return { ok: false, fault: 'no-browser', detail: 'no Chromium at CHROMIUM_PATH or /usr/bin/chromium' }
  const heightDots = paperSvgHeightDots(paper)
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS })
  try {
    const page = await browser.newPage({ viewport: { width: PAPER_WIDTH_DOTS, height: heightDots } })
    await page.setContent(`<body style="margin:0">${renderPaperSvg(paper)}</body>`)
    const shot = await page.screenshot({ clip: { x: 0, y: 0, width: PAPER_WIDTH_DOTS, height: heightDots } })
    return { ok: true, png: blackAndWhite(shot), widthDots: PAPER_WIDTH_DOTS, heightDots }
  } finally {
    await browser.close()
  }
}

function blackAndWhite(shot: Buffer): Uint8Array {
  const png = PNG.sync.read(shot)
  for (let at = 0; at < png.data.length; at += 4) {
    const grey = ((png.data[at] ?? 0) + (png.data[at + 1] ?? 0) + (png.data[at + 2] ?? 0)) / 3
    png.data.fill(grey < BLACK_BELOW ? 0 : 255, at, at + 3)
    png.data[at + 3] = 255
  }
  return PNG.sync.write(png, { colorType: 0 })
}
