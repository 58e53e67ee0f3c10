import { beforeEach, expect, test } from 'vitest'
import { signDeviceClaim, verifyHubAnswer } from '../envelope/contact.ts'
import { generateSealKey } from '../envelope/seal-key.ts'
import { CodeIdentityAnswerSchema } from '../protocol/code-identity.ts'
import { hubSuite } from './hub-suite.ts'
import { CODE_LIFE_S, makeCode, samplePhoneCodes } from './sample/phone-codes.ts'
import { TEST_NOW } from './test-hub.ts'
import { enrolled, makeMemoryHub, type SpeakingTerminal } from './test-memory-hub.ts'

const PERSON = { name: '周明远', idNumber: '990101198611020033' }
const KEY = Buffer.alloc(32, 7)
const mine = await generateSealKey()

let hub: Awaited<ReturnType<typeof makeMemoryHub>>
let terminal: SpeakingTerminal
beforeEach(async () => {
  hub = await makeMemoryHub()
  terminal = await enrolled(hub, 'T-1')
})

async function code(lifeS = CODE_LIFE_S): Promise<string> {
  const made = await makeCode(KEY, PERSON, lifeS, hub.sources)
  if (!made.ok) throw new Error(made.why)
  return made.code
}

async function redeem(text: string, at = hub, by = terminal) {
  const claim = {
    ...({ kind: 'code-identity', v: 1, terminalId: by.terminalId, nonce: 'n'.repeat(16), at: TEST_NOW } as const),
    ...{ code: text, sealTo: mine.jwk },
  }
  const { answer } = await at.hub.redeemCode({ claim: await signDeviceClaim(claim, by.deviceKey) })
  const verified = await verifyHubAnswer(answer, CodeIdentityAnswerSchema, claim, at.keySet)
  if (!verified.ok) throw new Error(verified.fault)
  return verified.answer.result
}

async function withSample() {
  const at = await makeMemoryHub({ codeIdentity: samplePhoneCodes(async () => KEY, hub.sources, hub.store) })
  return { at, by: await enrolled(at, 'T-1') }
}

test('a code is its person’s, once, and readable to the terminal that asked and to nobody on the way', async () => {
  const { at, by } = await withSample()
  const shown = await code()
  for (const part of [PERSON.name, PERSON.idNumber]) {
    expect(shown).not.toContain(part)
    expect(Buffer.from(shown.split(':')[2] ?? '', 'base64url').toString('utf8')).not.toContain(part)
  }
  const result = await redeem(shown, at, by)
  if (!result.ok) throw new Error(result.why)
  expect(JSON.parse((await hubSuite.decrypt(result.sealed, mine.privateJwk)) ?? '')).toEqual(PERSON)
  const other = await generateSealKey()
  expect(await hubSuite.decrypt(result.sealed, other.privateJwk)).toBeUndefined()
  expect(await redeem(shown, at, by)).toEqual({ ok: false, why: 'used' })
  expect(JSON.stringify(at.events)).not.toContain(PERSON.idNumber)
})

test('a hub that stopped and started again knows which codes were used, and only while they could be', async () => {
  const before = await withSample()
  const shown = await code()
  expect(await redeem(shown, before.at, before.by)).toMatchObject({ ok: true })
  const after = await withSample()
  expect(await redeem(shown, after.at, after.by)).toEqual({ ok: false, why: 'used' })
  hub.sources.nowMs += CODE_LIFE_S * 1000
  expect(await redeem(await code(), after.at, after.by)).toMatchObject({ ok: true })
})

test('too old, changed, or no code at all', async () => {
  const { at, by } = await withSample()
  const shown = await code()
  const changed = `${shown.slice(0, -2)}${shown.endsWith('AA') ? 'BB' : 'AA'}`
  for (const text of [changed, 'bianmin-code:1:', 'https://example.com', shown.slice(0, 40)]) {
    expect(await redeem(text, at, by)).toEqual({ ok: false, why: 'unknown-code' })
  }
  hub.sources.nowMs += CODE_LIFE_S * 1000
  expect(await redeem(shown, at, by)).toEqual({ ok: false, why: 'expired' })
})

test('a hub without an adapter says that it knows nobody’s code', async () => {
  expect(await redeem(await code())).toEqual({ ok: false, why: 'not-offered' })
})

test('only a terminal that is enrolled may ask', async () => {
  const stranger = await enrolled(await makeMemoryHub(), 'T-9')
  await expect(redeem(await code(), hub, stranger)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
})

test('codes are made for made-up persons only', async () => {
  const real = { name: '某人', idNumber: '11010519491231002X' }
  expect(await makeCode(KEY, real, 60, hub.sources)).toEqual({ ok: false, why: 'not-a-sample' })
  const wrong = { ...PERSON, idNumber: '990101198611020034' }
  expect(await makeCode(KEY, wrong, 60, hub.sources)).toEqual({ ok: false, why: 'bad-number' })
})
