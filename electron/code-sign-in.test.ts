import { beforeEach, expect, test } from 'vitest'
import { generateSigningKey } from '../sync/envelope/signing-key.ts'
import type { CodeAnswer } from '../sync/hub-client/answers.ts'
import type { Connection } from '../sync/protocol/queue-view.ts'
import { type CardSession, createCardSession } from './card-session.ts'
import { CODE_LIMITS, type CodeSignInDesk, createCodeSignIn } from './code-sign-in.ts'
import { AWAY } from './testing/fake-hub.ts'
import { logBook, makeHubWorld, manualClock, NOW, settle, TERMINAL_ID } from './testing/fixtures.ts'
import { createTryRation } from './try-ration.ts'

const CODE = 'opaque-token-of-a-phone'
const PERSON = { name: '周明远', idNumber: '990101198611020033' }
const world = await makeHubWorld()
const deviceKey = (await generateSigningKey()).key

let session: CardSession
let desk: CodeSignInDesk
let book: ReturnType<typeof logBook>
let clock: ReturnType<typeof manualClock>
let connection: Connection
let answer: CodeAnswer
let asked: string[]
let beforeAnswer: () => void

beforeEach(() => {
  book = logBook()
  clock = manualClock()
  connection = 'connected'
  answer = { outcome: 'redeemed', person: PERSON }
  asked = []
  beforeAnswer = () => undefined
  const common = { nowIso: () => NOW, today: () => '2026-11-23', log: book.log }
  session = createCardSession({ ...common, clock })
  session.open('0b1f6a52-6f3e-4f3c-8a59-0a4a0c9b1a01')
  desk = createCodeSignIn({
    ...{ ...common, session, terminalId: TERMINAL_ID, nowMs: clock.nowMs },
    hub: {
      async redeemCode({ code }) {
        asked.push(code)
        await settle()
        beforeAnswer()
        return answer
      },
    },
    trust: { deviceKey, keySet: () => world.keySet },
    connection: () => connection,
    tries: createTryRation(CODE_LIMITS, clock.nowMs),
    isOurDivision: (division) => division.startsWith('99'),
  })
})

const refused = (why: string) => ({ outcome: 'refused', why })

test('whose code it is signs in, worth less than a chip; the code is asked about once and written nowhere', async () => {
  expect(await desk.redeem(CODE)).toEqual({ outcome: 'signed-in' })
  expect(session.applicant()).toMatchObject({ ...PERSON, source: 'code', birth: '1986-11-02', address: '' })
  expect(session.signIn()).toEqual({ by: 'code', assurance: 'substantial' })
  expect(asked).toEqual([CODE])
  for (const secret of [CODE, PERSON.name, PERSON.idNumber]) expect(book.text()).not.toContain(secret)
  session.end('done')
  expect(session.applicant()).toBeUndefined()
})

test.each(['hub-silent', 'no-network', 'unknown'] as const)('%s: it says so, and the code is not sent', async (now) => {
  connection = now as Connection
  expect(await desk.redeem(CODE)).toEqual(refused('offline'))
  expect(asked).toEqual([])
})

test.each([
  [{ outcome: 'code-refused', why: 'used' }, 'used'],
  [{ outcome: 'code-refused', why: 'not-offered' }, 'not-offered'],
  [AWAY, 'no-answer'],
  [{ outcome: 'claim-refused', reason: 'key-unknown', detail: '' }, 'no-answer'],
  [{ outcome: 'redeemed', person: { ...PERSON, idNumber: '990101198611020034' } }, 'unusable'],
  [{ outcome: 'redeemed', person: { ...PERSON, name: '<b>' } }, 'unusable'],
] as const)('%j signs nobody in: %s', async (given, why) => {
  answer = given
  expect(await desk.redeem(CODE)).toEqual(refused(why))
  expect(session.applicant()).toBeUndefined()
})

test('an answer that comes when the visit is over, or somebody else is here, belongs to nobody', async () => {
  beforeAnswer = () => session.end('left')
  expect(await desk.redeem(CODE)).toEqual(refused('already-signed-in'))
  expect(session.applicant()).toBeUndefined()

  const card = { cardType: 'citizen' as const, fields: { ...SUN, address: '云洲市', validTo: '长期' } }
  beforeAnswer = () =>
    session.onReader({ event: 'card', readId: 'r', card, wlt: '', timing: { foundAtMs: 1, fieldsAtMs: 2 } })
  expect(await desk.redeem(CODE)).toEqual(refused('already-signed-in'))
  expect(session.card.get()).toMatchObject({ applicant: { name: '孙桂兰' }, otherCard: false })
  // And nothing is asked while somebody is signed in.
  const before = asked.length
  expect(await desk.redeem(CODE)).toEqual(refused('already-signed-in'))
  expect(asked.length).toBe(before)
})
const SUN = { name: '孙桂兰', sex: '2', birth: '19580612', number: '990101195806120022' }

test('who shows one code after the other has to wait', async () => {
  answer = { outcome: 'code-refused', why: 'unknown-code' }
  const tries = CODE_LIMITS[0]?.tries ?? 0
  for (let n = 0; n < tries; n++) expect(await desk.redeem(`${CODE}${n}`)).toEqual(refused('unknown-code'))
  expect(await desk.redeem(CODE)).toEqual(refused('too-many-tries'))
  expect(asked.length).toBe(tries)
  await clock.advance(60_000)
  expect(await desk.redeem(CODE)).toEqual(refused('unknown-code'))
})
