import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CameraFormat, CameraScanResult, CameraState } from '../../drivers/camera/states.ts'
import { inspectPage } from '../../drivers/document-scanner/picture.ts'
import type { openCamera } from '../../renderer/kiosk/devices/camera.ts'
import { findChromium, launchChromium } from '../support/chromium.ts'

/** The camera of the page in a real Chromium, with the camera that Chromium itself pretends to have. */

type CameraWindow = typeof globalThis & { readonly cameras: { readonly openCamera: typeof openCamera } }

const SOURCE = join(import.meta.dirname, '../../renderer/kiosk/devices/camera.ts')
const MISSING = findChromium() === undefined ? 'no Chromium: npm run setup' : undefined
let server: Server
let context: BrowserContext

beforeAll(async () => {
  if (MISSING !== undefined) return
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'chrome114', lib: { entry: SOURCE, name: 'cameras', formats: ['iife'] } },
  })
  const [output] = Array.isArray(built) ? built : []
  const chunk = output && 'output' in output ? output.output[0] : undefined
  if (chunk?.type !== 'chunk') throw new Error('vite built no script')
  // Not as a module: what it makes is looked for on the window.
  const page = `<!doctype html><script>${chunk.code}</script>`
  server = createServer((request, response) => {
    const headers = { 'Content-Type': 'text/html' }
    response.writeHead(200, request.url === '/denied' ? { ...headers, 'Permissions-Policy': 'camera=()' } : headers)
    response.end(page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context = await launchChromium({ args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] })
})
afterAll(async () => {
  await context?.close()
  server?.close()
})

async function open(path: string): Promise<Page> {
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
  return page
}

interface Order {
  format: CameraFormat
  pattern: string
}

interface Taken {
  readonly result: CameraScanResult
  /** Base64. */
  readonly file: string
  readonly states: readonly CameraState[]
  /** Of the stream's track before and after stop(). */
  readonly tracks: readonly (string | undefined)[]
}

/** Runs in the page: opens the camera that fits, takes one picture, and lets go of it. */
async function take({ format, pattern }: Order): Promise<Taken> {
  const states: CameraState[] = []
  const camera = (globalThis as CameraWindow).cameras.openCamera({
    deviceLabelPattern: new RegExp(pattern),
    onEvent: ({ state }) => void states.push(state),
  })
  camera.start()
  let url = ''
  const result = await camera.scan(
    { format, subject: 'document', anyQuality: true },
    {
      onPage(page) {
        url = URL.createObjectURL(new Blob([page.bytes]))
      },
    },
  )
  const track = camera.media()?.getVideoTracks()[0]
  const before = track?.readyState
  await camera.stop()
  const blob = url === '' ? new Blob() : await (await fetch(url)).blob()
  const file = await new Promise<string>((resolve) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '')
    reader.readAsDataURL(blob)
  })
  return { result, file, states, tracks: [before, track?.readyState] }
}

describe.skipIf(MISSING !== undefined)(`the camera in Chromium (${MISSING ?? 'here'})`, () => {
  test.each(['image/jpeg', 'image/png'] as const)('gives a picture as %s', async (format) => {
    const page = await open('/')
    const { result, file, states, tracks } = await page.evaluate<Taken, Order>(take, { format, pattern: 'fake' })
    const bytes = Buffer.from(file, 'base64')
    expect(result).toMatchObject({ ok: true, pages: 1, bytes: bytes.length })
    // Chromium's pretended camera shows a bright, sharp picture.
    expect(result.ok && result.quality.sharpness).toBeGreaterThan(10)
    expect(result.ok && result.quality.contrast).toBeGreaterThan(20)
    const inspected = inspectPage(format, bytes)
    expect(inspected).toMatchObject({ ok: true })
    expect(inspected.ok && inspected.widthPx).toBeGreaterThanOrEqual(640)
    expect(states.map(({ state }) => state)).toEqual(['connecting', 'ready', 'capturing', 'ready', 'closed'])
    expect(tracks).toEqual(['live', 'ended'])
  })

  test('is not there under another name, and not allowed where the page may not', async () => {
    const page = await open('/')
    const other = await page.evaluate<Taken, Order>(take, { format: 'image/jpeg', pattern: 'Document Cam' })
    expect(other.result).toMatchObject({ ok: false, fault: 'not-found' })
    const denied = await open('/denied')
    const refused = await denied.evaluate<Taken, Order>(take, { format: 'image/jpeg', pattern: 'fake' })
    expect(refused.result).toMatchObject({ ok: false, fault: 'denied', state: { state: 'denied' } })
  })
})
