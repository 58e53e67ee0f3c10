import { expect, test } from 'vitest'
import { createHubLog, TELL_AGAIN_MS } from './hub-log.ts'
import { logBook } from './testing/fixtures.ts'

const PORTAL = { call: 'ping', why: 'not-our-hub', detail: 'status 200, no JSON', retryAfterMs: null }

test('a stranger in the place of the hub is told once, again after a while, and at once when it is another', () => {
  const book = logBook()
  let nowMs = 0
  const say = createHubLog(book.log, () => nowMs)
  say('warn', 'hub-call-failed', PORTAL)
  say('warn', 'hub-call-failed', PORTAL)
  expect(book.of('hub-strange')).toMatchObject([PORTAL])
  expect(book.of('hub-client')).toHaveLength(1)

  say('warn', 'hub-call-failed', { ...PORTAL, call: 'getKeySet' })
  say('warn', 'hub-call-failed', { ...PORTAL, why: 'tls', detail: 'CERT_HAS_EXPIRED' })
  expect(book.of('hub-strange')).toHaveLength(3)

  nowMs = TELL_AGAIN_MS
  say('warn', 'hub-call-failed', { ...PORTAL, why: 'tls', detail: 'CERT_HAS_EXPIRED' })
  expect(book.of('hub-strange')).toHaveLength(4)
})

test('a hub that is away or busy is no stranger', () => {
  const book = logBook()
  createHubLog(book.log, () => 0)('debug', 'hub-call-failed', { ...PORTAL, why: 'http-503' })
  expect(book.of('hub-strange')).toEqual([])
  expect(book.of('hub-client')).toHaveLength(1)
})
