import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { verifyKeySet } from '../sync/envelope/key-set.ts'
import { generateSigningKey } from '../sync/envelope/signing-key.ts'
import type { EnrolAnswer, KeySetAnswer } from '../sync/hub-client/answers.ts'
import { type HubWorld, logBook, makeHubWorld, NOW, TERMINAL_ID } from './testing/fixtures.ts'
import { openTrust, type Trust } from './trust.ts'

const AWAY = { outcome: 'failed', why: 'timed-out', hubWide: true, retryAfterMs: null, detail: '' } as const

let world: HubWorld
let dir: string
let book: ReturnType<typeof logBook>
beforeAll(async () => {
  world = await makeHubWorld()
})
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bianmin-trust-'))
  book = logBook()
})

const opened = (terminalId = TERMINAL_ID) =>
  openTrust({
    dir,
    log: book.log,
    provisioning: {
      hubUrl: 'https://hub.example.invalid',
      terminalId,
      rootKeySha256: world.rootKeySha256,
      enrolmentCode: 'x'.repeat(24),
    },
  })
async function open(terminalId?: string): Promise<Trust> {
  const result = await opened(terminalId)
  if (!result.ok) throw new Error(result.detail)
  return result.trust
}

/** The hub client as it behaves: what our root did not sign never gets through it. */
function hub(version: number | 'away', enrol: (kid: string) => EnrolAnswer | Promise<EnrolAnswer> = () => AWAY) {
  let enrolments = 0
  return {
    enrolments: () => enrolments,
    async getKeySet(root: string): Promise<KeySetAnswer> {
      if (version === 'away') return AWAY
      const jws = await world.signedKeySet(version)
      const verified = await verifyKeySet(jws, root)
      return verified.ok ? { outcome: 'verified', keySet: verified.keySet, jws } : AWAY
    },
    async enrol({ deviceKey }: { deviceKey: { kid: string } }): Promise<EnrolAnswer> {
      enrolments++
      return enrol(deviceKey.kid)
    },
  }
}
const enrolling = (kid: string): EnrolAnswer => ({ outcome: 'enrolled', deviceKid: kid })

test('the first start makes a key that stays, readable by nobody else', async () => {
  const first = await open()
  expect((await open()).deviceKey.kid).toBe(first.deviceKey.kid)
  expect((await stat(join(dir, 'device-key.json'))).mode & 0o077).toBe(0)
  expect((await stat(dir)).mode & 0o077).toBe(0)
  expect(first.keySet()).toBeUndefined()
  expect(first.sealKey(NOW)).toBeUndefined()
})

test('a key set is on disk before it counts, and is there again offline', async () => {
  const trust = await open()
  await trust.refresh(hub(3))
  expect(trust.keySet()?.version).toBe(3)
  expect(trust.sealKey(NOW)?.kid).toBe('seal-1')
  // A dead clock battery must not turn citizens away.
  for (const wrong of ['1970-01-01T00:00:00.000Z', '2106-02-07T06:28:15.000Z']) {
    expect(trust.sealKey(wrong)?.kid).toBe('seal-1')
  }
  expect((await open()).keySet()?.version).toBe(3)
})

test('a refresh says why no key set came', async () => {
  const trust = await open()
  const portal = { ...hub(3), getKeySet: async (): Promise<KeySetAnswer> => ({ ...AWAY, why: 'not-our-hub' }) }
  expect(await trust.refresh(portal)).toBe('not-our-hub')
  expect(await trust.refresh(hub(3))).toBeUndefined()
})

test('an older key set is refused, whoever signed it; the same again changes nothing', async () => {
  const trust = await open()
  await trust.refresh(hub(3))
  await trust.refresh(hub(2))
  expect(trust.keySet()?.version).toBe(3)
  expect(book.of('key-set-refused')).toEqual([{ source: 'hub', fault: 'older', offered: 2, held: 3 }])
  await trust.refresh(hub(3))
  expect(book.of('key-set-taken')).toHaveLength(1)
  await trust.refresh(hub(4))
  expect((await open()).keySet()?.version).toBe(4)
})

test('a key set of a foreign root on disk, a tampered and a torn one are refused and asked for again', async () => {
  const file = join(dir, 'key-set.jws')
  const foreign = (await generateSigningKey()).key
  await open()
  const ours = await world.signedKeySet(5)
  for (const [text, fault] of [
    [await world.signedKeySet(9, foreign), 'foreign-root'],
    [`${ours.slice(0, -8)}AAAAAAAA`, 'bad-signature'],
    [ours.slice(0, 100), 'malformed'],
    ['', 'malformed'],
  ] as const) {
    await writeFile(file, text)
    const trust = await open()
    expect(trust.keySet()).toBeUndefined()
    expect(book.of('key-set-refused').at(-1)).toMatchObject({ source: 'disk', fault })
    await trust.refresh(hub(5))
    expect(trust.keySet()?.version).toBe(5)
  }
})

test('a damaged key set does not make it forget which was the highest; an old file put back is refused', async () => {
  const file = join(dir, 'key-set.jws')
  await (await open()).refresh(hub(5))
  await writeFile(file, 'damaged')
  const trust = await open()
  await trust.refresh(hub(4))
  expect(trust.keySet()).toBeUndefined()
  expect(book.of('key-set-refused').at(-1)).toEqual({ source: 'hub', fault: 'older', offered: 4, held: 5 })
  await writeFile(file, await world.signedKeySet(4))
  expect((await open()).keySet()).toBeUndefined()
  await trust.refresh(hub(5))
  expect((await open()).keySet()?.version).toBe(5)
})

test('a damaged record of the highest version costs no more than itself', async () => {
  await (await open()).refresh(hub(5))
  await writeFile(join(dir, 'highest.json'), '{')
  const trust = await open()
  expect(trust.keySet()?.version).toBe(5)
  await trust.refresh(hub(4))
  expect(trust.keySet()?.version).toBe(5)
})

test('an enrolment whose answer was lost is asked for again, with the same key', async () => {
  const kids: string[] = []
  const trust = await open()
  await trust.refresh(
    hub(1, (kid) => {
      kids.push(kid)
      return AWAY
    }),
  )
  expect(trust.enrolled()).toBe(false)
  const again = await open()
  await again.refresh(
    hub(1, (kid) => {
      kids.push(kid)
      return enrolling(kid)
    }),
  )
  expect(again.enrolled()).toBe(true)
  expect(kids[0]).toBe(kids[1])
  const third = await open()
  const asked = hub(1, enrolling)
  await third.refresh(asked)
  expect(third.enrolled()).toBe(true)
  expect(asked.enrolments()).toBe(0)
})

test('a refused code is logged and no enrolment', async () => {
  const trust = await open()
  await trust.refresh(hub(1, () => ({ outcome: 'code-refused', detail: 'status 403' })))
  expect(trust.enrolled()).toBe(false)
  expect(book.of('enrolment-failed')).toEqual([{ outcome: 'code-refused', detail: 'status 403' }])
  expect(book.text()).not.toContain('x'.repeat(24))
})

test('an enrolment counts for this name and this key only, and a damaged file is no crash', async () => {
  const trust = await open()
  await trust.refresh(hub(1, enrolling))
  expect((await open('YZ-NQ-04')).enrolled()).toBe(false)
  for (const text of ['{"terminalId":', '[]', '', '{"terminalId":"YZ-NQ-03","deviceKid":"another"}']) {
    await writeFile(join(dir, 'enrolment.json'), text)
    const damaged = await open()
    expect(damaged.enrolled()).toBe(false)
    await damaged.refresh(hub(1, enrolling))
    expect(damaged.enrolled()).toBe(true)
  }
})

test.each([
  '',
  '{"privateJwk":',
  '{}',
  '{"privateJwk":{"kty":"OKP"}}',
  JSON.stringify({ privateJwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), d: 'B'.repeat(43) } }),
])('a device key that is damaged is a fault for the maintainer, and never replaced: %s', async (text) => {
  const file = join(dir, 'device-key.json')
  await writeFile(file, text)
  const result = await opened()
  expect(result).toMatchObject({ ok: false, fault: 'device-key' })
  expect(!result.ok && result.detail).toContain(file)
  expect(await readFile(file, 'utf8')).toBe(text)
})

test('refreshes never overlap', async () => {
  const trust = await open()
  let running = 0
  let most = 0
  const slow = hub(1, async (kid) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    return enrolling(kid)
  })
  await Promise.all([trust.refresh(slow), trust.refresh(slow), trust.refresh(slow)])
  expect(most).toBe(1)
  expect((await readdir(dir)).sort()).toEqual(['device-key.json', 'enrolment.json', 'highest.json', 'key-set.jws'])
})

test('what the disk does not take has not happened, and the next time tries again', async () => {
  const trust = await open()
  await mkdir(join(dir, 'key-set.jws.new'))
  await expect(trust.refresh(hub(1, enrolling))).rejects.toThrow()
  expect(trust.keySet()).toBeUndefined()
  await rm(join(dir, 'key-set.jws.new'), { recursive: true })
  await trust.refresh(hub(1, enrolling))
  expect(trust.keySet()?.version).toBe(1)
})
