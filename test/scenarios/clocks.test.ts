import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tls from 'node:tls'
import { expect, test } from 'vitest'
import { createHubClient } from '../../sync/hub-client/hub-client.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS, START_UNIX_MS, setStage } from './stage.ts'

const YEAR_1970_MS = HOUR_MS
const YEAR_2106_MS = 4_294_967_296_000
/** The longest wait of an item, and a tick. */
const CAP_MS = 16 * MINUTE_MS

test('scenario 12: +1 h, -1 h, 1970 and 2106, in use and across restarts: in the order of the sequence, nothing frozen', async () => {
  const stage = await setStage({ worker: true })
  const { clock } = stage.host.machine
  const clocks: readonly (readonly [string, () => number])[] = [
    ['2106', () => YEAR_2106_MS],
    ['right', stage.unixMs],
    ['1970', () => YEAR_1970_MS],
    // A daylight saving that somebody set by hand, there and back.
    ['+1 h', () => stage.unixMs() + HOUR_MS],
    ['-1 h', () => stage.unixMs() - HOUR_MS],
  ]
  stage.host.link.state = 'unreachable'
  let draft = 0
  const submitSome = async () => {
    for (let count = 1; count <= 5; count++) await stage.submit(++draft)
  }
  for (const [, at] of clocks) {
    clock.set(at())
    await submitSome()
    // Probed in vain under this clock: the next try of some is written down by it.
    await stage.run(MINUTE_MS)
    stage.host.crash('program')
    await stage.until('the terminal is back', () => stage.host.terminal !== undefined, MINUTE_MS)
    await submitSome()
    await stage.run(MINUTE_MS)
  }
  // A silence that is known: single probes now and then, and what comes meanwhile is not tried at all.
  await stage.run(HOUR_MS)
  for (const [, at] of clocks) {
    clock.set(at())
    await submitSome()
  }
  await stage.run(SECOND_MS)
  const { ledger } = stage.terminal()
  const items = [...ledger.items()]
  expect(items.map((item) => item.deviceSequence)).toEqual(Array.from({ length: 75 }, (_, at) => at + 1))
  // The oldest is the one that was accepted first, whatever its date says.
  expect(ledger.oldestWaiting()).toMatchObject({ deviceSequence: 1, acceptedAt: expect.stringMatching(/^2106/) })
  expect(items[20]?.acceptedAt).toMatch(/^1970/)
  const queued = await stage.host.workerDisk.content.get(items.map((item) => item.submissionId))
  const untried = new Set(queued.flatMap((item) => (item?.attempts === 0 ? [item.id] : [])))
  expect(untried.size).toBeGreaterThan(20)
  expect(untried.size).toBeLessThan(75)
  // The clock is an hour slow now; what was written in 2106 is due in 80 years by it.
  stage.host.link.state = 'up'
  await stage.until('all delivered', () => stage.terminal().ledger.received === 75, CAP_MS)
  const rows = stage.rows()
  const order = rows.filter((row) => untried.has(row.submissionId)).map((row) => row.deviceSequence)
  expect(order).toEqual([...order].sort((a, b) => a - b))
  const offsetMs = Number(stage.said('clock-off').at(-1)?.detail.offsetMs)
  expect(Math.abs(offsetMs - HOUR_MS)).toBeLessThan(MINUTE_MS)
  await stage.judge()
})

test.each([
  ['2106 and back', YEAR_2106_MS, START_UNIX_MS],
  ['now and 1970', START_UNIX_MS, YEAR_1970_MS],
  ['1970 and 2106', YEAR_1970_MS, YEAR_2106_MS],
] as const)(
  'scenario 12: a wait written under one clock and ended under another (%s) freezes nothing',
  async (_, first, then) => {
    const stage = await setStage({ worker: true })
    const { clock } = stage.host.machine
    stage.host.link.state = 'unreachable'
    clock.set(first)
    for (let draft = 1; draft <= 3; draft++) await stage.submit(draft)
    await stage.run(20 * MINUTE_MS)
    const { content } = stage.host.workerDisk
    expect(Math.max(...(await content.due(Number.MAX_SAFE_INTEGER, 10)).map((item) => item.attempts))).toBeGreaterThan(
      0,
    )
    clock.set(then)
    // A terminal in use: no restart, and nobody tells it that the line is back.
    await stage.run(SECOND_MS)
    stage.host.link.state = 'up'
    await stage.until('delivered', () => stage.terminal().ledger.received === 3, CAP_MS)
    await stage.judge()
  },
)

/** Certificates that this machine trusts: for another host, of another time. */
const CERTIFICATES = [
  {
    title: 'scenario 9: a wrong TLS host',
    host: 'other.invalid',
    from: '20200101000000Z',
    to: '20490101000000Z',
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  },
  {
    title: 'scenario 12: a clock beyond the date of the certificate',
    host: 'localhost',
    from: '20200101000000Z',
    to: '20200201000000Z',
    code: 'CERT_HAS_EXPIRED',
  },
  {
    title: 'scenario 12: a clock before the date of the certificate',
    host: 'localhost',
    from: '20480101000000Z',
    to: '20490101000000Z',
    code: 'CERT_NOT_YET_VALID',
  },
]
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

for (const wanted of CERTIFICATES) {
  test(`${wanted.title}: told as a fault of TLS, and not a byte is sent`, async (context) => {
    if (!hasOpenssl) context.skip('no openssl to make certificates with')
    const dir = mkdtempSync(join(tmpdir(), 'scenario-tls-'))
    const trusted = tls.getCACertificates('default')
    const made = certificateFor(dir, wanted)
    let requests = 0
    const server = createServer(made, (_, response) => {
      requests++
      response.end('{}')
    }).listen(0, '127.0.0.1')
    try {
      await once(server, 'listening')
      tls.setDefaultCACertificates([...trusted, made.cert])
      const { port } = server.address() as AddressInfo
      const said: unknown[] = []
      const hub = createHubClient({
        baseUrl: `https://localhost:${port}`,
        log: (level, _, { why, detail }) => said.push([level, why, detail]),
      })
      const submission = { submissionId: '0190a1b2-0000-7000-8000-000000000001', sha256: '0'.repeat(64) }
      const sealed = { ...submission, envelope: 'sealed', terminalId: 'T1', deviceSequence: 1 }
      const keys = { kind: 'key-set' as const, version: 1, keys: [] }
      const put = await hub.putSubmission(sealed, keys)
      expect(put).toMatchObject({ outcome: 'failed', why: 'tls', hubWide: true, detail: wanted.code })
      expect((await hub.ping(keys)).connection).toBe('hub-silent')
      // Loud: a maintainer must look at the clock, or at who stands in the way.
      expect(said).toEqual(Array(2).fill(['warn', 'tls', wanted.code]))
      expect(requests).toBe(0)
    } finally {
      tls.setDefaultCACertificates(trusted)
      server.close()
      rmSync(dir, { recursive: true, force: true })
    }
  })
}

function certificateFor(dir: string, { host, from, to }: { host: string; from: string; to: string }) {
  const at = (name: string) => join(dir, name)
  writeFileSync(at('index.txt'), '')
  writeFileSync(at('serial'), '01')
  writeFileSync(
    at('ca.cnf'),
    `[ca]\ndefault_ca = d\n[d]\ndatabase = ${at('index.txt')}\nnew_certs_dir = ${dir}\nserial = ${at('serial')}\npolicy = p\n` +
      `[p]\ncommonName = supplied\n[x]\nsubjectAltName = DNS:${host}\nbasicConstraints = CA:TRUE\n`,
  )
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at('key.pem')]
  openssl('req', '-new', ...curve, '-out', at('request.pem'), '-subj', `/CN=${host}`)
  const dates = ['-startdate', from, '-enddate', to, '-md', 'sha256']
  const signing = ['-selfsign', '-batch', '-notext', '-config', at('ca.cnf'), '-extensions', 'x']
  openssl('ca', ...signing, ...dates, '-keyfile', at('key.pem'), '-in', at('request.pem'), '-out', at('cert.pem'))
  return { key: readFileSync(at('key.pem'), 'utf8'), cert: readFileSync(at('cert.pem'), 'utf8') }
}
