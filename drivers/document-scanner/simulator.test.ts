import { afterAll, beforeEach, expect, it } from 'vitest'
import { readCapabilities, writeScanSettings } from './protocol.ts'
import { openDocumentScannerSimulator } from './simulator.ts'
import { FLATBED } from './testing/scanner-bench.ts'

/** The simulated scanner as a stranger meets it: over plain HTTP. */

const simulator = await openDocumentScannerSimulator()
afterAll(() => simulator.close())
beforeEach(() => simulator.loseJobs())

const root = simulator.url.replace('escl:', 'http:')
const capabilities = readCapabilities(new Uint8Array(await (await fetch(`${root}/ScannerCapabilities`)).arrayBuffer()))
const settings = capabilities.ok ? writeScanSettings(FLATBED, capabilities.capabilities) : ''

const post = (body = settings, type = 'text/xml') =>
  fetch(`${root}/ScanJobs`, { method: 'POST', body, headers: { 'Content-Type': type } })

it('takes one job at a time, and none before the last was deleted', async () => {
  const first = await post()
  expect(first.status).toBe(201)
  const job = first.headers.get('location') ?? ''
  const second = await post()
  expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1'])
  const page = await fetch(`${job}/NextDocument`)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
  await page.arrayBuffer()
  expect((await fetch(`${job}/NextDocument`)).status).toBe(404)
  // Through, and still in the way.
  expect((await post()).status).toBe(503)
  expect((await fetch(job, { method: 'DELETE' })).status).toBe(200)
  expect((await fetch(job, { method: 'DELETE' })).status).toBe(404)
  expect((await post()).status).toBe(201)
})

it('forgets a job that nobody asks after', async () => {
  const impatient = await openDocumentScannerSimulator({ abandonAfterMs: -1 })
  const address = impatient.url.replace('escl:', 'http:')
  const headers = { 'Content-Type': 'text/xml' }
  for (let each = 0; each < 2; each++) {
    expect((await fetch(`${address}/ScanJobs`, { method: 'POST', body: settings, headers })).status).toBe(201)
  }
  await impatient.close()
})

it.each([
  ['GET', '/Nonsense', 404],
  ['GET', '/ScanJobs/nobody/NextDocument', 404],
  ['DELETE', '/ScanJobs/nobody', 404],
  ['PUT', '/ScanJobs/nobody', 405],
])('%s %s is %d', async (method, path, status) => {
  expect((await fetch(`${root}${path}`, { method })).status).toBe(status)
})

it('refuses what is no order', async () => {
  expect((await post(settings, 'application/json')).status).toBe(400)
  expect((await post('<a/>')).status).toBe(400)
  expect((await post(`${settings}${' '.repeat(70_000)}`)).status).toBe(400)
  expect((await post(settings.replace('image/jpeg', 'image/png'))).status).toBe(409)
  expect(simulator.jobsLeft()).toBe(0)
})
