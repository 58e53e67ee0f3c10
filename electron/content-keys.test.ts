import { expect, test } from 'vitest'
import type { WrappedKey } from '../sync/envelope/suite.ts'
import type { RsaJwk } from '../sync/protocol/keys.ts'
import { wrapAhead } from './content-keys.ts'

const ONE: RsaJwk = { kty: 'RSA', n: 'one', e: 'AQAB' }
const OTHER: RsaJwk = { kty: 'RSA', n: 'other', e: 'AQAB' }

function world() {
  const made: { readonly sealKey: RsaJwk; readonly key: WrappedKey }[] = []
  const keys = wrapAhead({
    wrapContentKey(sealKey) {
      const key = { contentKey: Buffer.from([made.length]), wrapped: Buffer.from(sealKey.n) }
      made.push({ sealKey, key })
      return key
    },
  })
  return { made, keys }
}

test('the next key lies ready, and none is given twice', () => {
  const { made, keys } = world()
  keys.refill()
  expect(made).toHaveLength(0)
  const taken = [keys.take(ONE)]
  keys.refill()
  keys.refill()
  expect(made).toHaveLength(2)
  taken.push(keys.take(ONE))
  expect(made).toHaveLength(2)
  taken.push(keys.take(ONE), keys.take(ONE))
  keys.refill()
  taken.push(keys.take(ONE))
  expect(new Set(taken).size).toBe(taken.length)
})

test('a key that lies ready for an old hub key is not used for the new one', () => {
  const { made, keys } = world()
  keys.take(ONE)
  keys.refill()
  const key = keys.take(OTHER)
  expect(made.find((each) => each.key === key)?.sealKey).toBe(OTHER)
  keys.refill()
  expect(keys.take(OTHER).wrapped.toString()).toBe('other')
})
