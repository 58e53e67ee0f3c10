import { createHash } from 'node:crypto'
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import type { OpenLink } from '../transport/byte-link.ts'
import { openLink as openRealLink } from '../transport/open-link.ts'
import { openPtyPair } from '../transport/pty-pair.ts'
import { probe, readOneCard } from './cli.ts'
import { type SamplePerson, samplePerson } from './sample-persons.ts'
import { sampleFingerprint, samplePhoto } from './simulated-module.ts'
import { createCardReaderSimulator } from './simulator.ts'

/**
 * SHA-256 of the whole answers to 30 01 and 30 10, computed by a separate script in another language from reference/devices.md
 * 1.2, 1.5 and 1.6 alone: photo byte i = 31 i + 7, fingerprint byte i = 17 i + 3.
 */
const ANSWERS: readonly (readonly [string, bytes: number, sha256: string, bytes10: number, sha256of10: string])[] = [
  [
    'zhou-mingyuan',
    1295,
    'ae21bb91c814c44063dfc3c7301b898038dca4d13529404cfe62bac175e5edbb',
    1809,
    'ad11065b25e65e9b02c8bfddf7424b56f1e1e39b5aadc0e555075c12416b4bf9',
  ],
  [
    'foreigner-2017',
    1295,
    '7aa778c1de784d264e1263b2df184e6da14220e5bc34d98799585a270d1043d9',
    1297,
    '9a4e1e50821010a15ca8023adc1d7f28747cfb771601265a2c9236c26ecc4770',
  ],
  [
    'foreigner-2023',
    1295,
    'ad4cd016785bef85729c2bf1b1a6e570159fef14e2a2829643c9d4122ea25e8f',
    1297,
    'f00b90d2513ece1ac2916aaafb598d8aa3684657852a4aa1d70eab8695ca5f53',
  ],
  [
    'hk-mo-tw',
    1295,
    '4a03c2d2961ffc685dec341139e2160eb96ace9a04da807b9ef136d361d1908d',
    1297,
    '2478e5151d250be648ccac3069d7682fc3a1208e0819fbf98c98529dcab11cf3',
  ],
]

async function setUp(ctx: TestContext) {
  const pair = await openPtyPair()
  if (!pair.ok) return ctx.skip(`no PTY pair: ${pair.detail}`)
  const simulator = createCardReaderSimulator()
  await simulator.attach(`serial://${pair.ends[1]}`)
  onTestFinished(async () => {
    await simulator.close()
    await pair.close()
  })
  const heard: Uint8Array[] = []
  /** The wire with an ear at it. */
  const listening: OpenLink = async (url, timeoutMs) => {
    const opened = await openRealLink(url, timeoutMs)
    if (opened.ok) opened.link.onData((bytes) => void heard.push(bytes))
    return opened
  }
  return { simulator, heard, openLink: listening, url: `serial://${pair.ends[0]}` }
}

function person(id: string): SamplePerson {
  const found = samplePerson(id)
  if (found === undefined) throw new Error(`there is no ${id}`)
  return found
}

/** The one long answer that went over the wire. */
function readAnswer(heard: readonly Uint8Array[], bytes: number): Buffer {
  const stream = Buffer.concat(heard)
  const len = bytes - 7
  const at = stream.indexOf(Uint8Array.of(0xaa, 0xaa, 0xaa, 0x96, 0x69, len >> 8, len & 0xff))
  return at < 0 ? Buffer.alloc(0) : stream.subarray(at, at + bytes)
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('one card over a PTY at 115200 baud', () => {
  it.for(ANSWERS)('%s, text and photo, to the last byte', async ([id, bytes, hash], ctx) => {
    const { simulator, heard, openLink, url } = await setUp(ctx)
    simulator.putCard(person(id))
    const result = await readOneCard(url, { openLink })
    expect(sha256(readAnswer(heard, bytes))).toBe(hash)
    const { cardType, fields } = person(id)
    expect(result).toMatchObject({ ok: true, card: { cardType, fields }, wlt: samplePhoto() })
    expect(result).toMatchObject({ photo: { ok: false, fault: 'no-decoder' } })
    expect(result).not.toHaveProperty('fingerprint')
  })

  it.for(ANSWERS)('%s, all there is on it, to the last byte', async ([id, , , bytes, hash], ctx) => {
    const { simulator, heard, openLink, url } = await setUp(ctx)
    simulator.putCard(person(id))
    const all = { fingerprint: true, additionalAddress: true, managementNumber: true }
    const result = await readOneCard(url, { openLink, ...all })
    expect(sha256(readAnswer(heard, bytes))).toBe(hash)
    const { cardType, fields, additionalAddress = null, managementNumber = null, fingerprintBytes = 0 } = person(id)
    expect(result).toMatchObject({
      ok: true,
      card: { cardType, fields, additionalAddress, managementNumber },
      wlt: samplePhoto(),
      fingerprint: sampleFingerprint(fingerprintBytes),
    })
  })
})

describe('one question', () => {
  it('tells what the reader can do now', async (ctx) => {
    const { simulator, url } = await setUp(ctx)
    expect(await probe(url)).toEqual({
      ok: true,
      state: { state: 'ready', samId: '05.01-20120101-0000000001-0000000001' },
      condition: { condition: 'ready', severity: 'normal', mend: 'nobody' },
      samId: '05.01-20120101-0000000001-0000000001',
      samStatus: { ok: true },
    })
    simulator.setSamFault(0x66)
    expect(await probe(url)).toMatchObject({
      ok: false,
      state: { state: 'out-of-service', sw3: '66' },
      condition: { condition: 'hardware-error' },
      samStatus: { ok: false, fault: 'refused', sw3: 0x66 },
    })
  })

  it('has an end when nobody answers, nobody puts a card there, or the card is none', async (ctx) => {
    const { simulator, url } = await setUp(ctx)
    expect(await readOneCard(url, { cardTimeoutMs: 50 })).toMatchObject({ ok: false, fault: 'no-card' })
    simulator.misbehave({ kind: 'not-an-id-card' })
    simulator.putCard(person('zhou-mingyuan'))
    expect(await readOneCard(url)).toMatchObject({ ok: false, fault: 'not-an-id-card' })
    simulator.misbehave({ kind: 'silence', times: 100 })
    expect(await readOneCard(url, { connectTimeoutMs: 100 })).toEqual({
      ok: false,
      fault: 'not-connected',
      state: { state: 'connecting' },
    })
    expect(await probe('serial:///dev/no-such-port')).toMatchObject({
      ok: false,
      state: { state: 'unplugged', fault: 'not-found' },
      samId: null,
    })
  })
})
