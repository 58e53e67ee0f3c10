import { expect, test } from 'vitest'
import { makeDeviceKeys } from './device-keys.ts'
import type { DeviceKey } from './store.ts'

const KEY: DeviceKey = { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43) }, revokedAt: null }

function makeStore() {
  const asked: string[] = []
  let answer: () => DeviceKey | undefined = () => KEY
  return {
    asked,
    answers(next: () => DeviceKey | undefined) {
      answer = next
    },
    async deviceKey(terminalId: string, kid: string) {
      asked.push(`${terminalId}/${kid}`)
      return answer()
    },
  }
}

test('a batch that asks for one key 200 times asks the store once, and keeps one object for it', async () => {
  const store = makeStore()
  const keys = makeDeviceKeys(store)
  const found = await Promise.all(Array.from({ length: 200 }, () => keys.find('T-1', 'k')))
  expect(store.asked).toEqual(['T-1/k'])
  expect(new Set(found.map((key) => key?.jwk)).size).toBe(1)
  await keys.find('T-1', 'k')
  expect(store.asked).toHaveLength(1)
})

test('what was not there, failed or was revoked is asked for again', async () => {
  const store = makeStore()
  const keys = makeDeviceKeys(store)
  store.answers(() => undefined)
  expect(await keys.find('T-1', 'k')).toBeUndefined()
  store.answers(() => {
    throw new Error('the database is away')
  })
  await expect(Promise.all([keys.find('T-1', 'k'), keys.find('T-1', 'k')])).rejects.toThrow('away')
  store.answers(() => ({ ...KEY, revokedAt: '2026-11-23T02:48:00.000Z' }))
  expect(await keys.find('T-1', 'k')).toMatchObject({ revokedAt: '2026-11-23T02:48:00.000Z' })
  store.answers(() => KEY)
  expect(await keys.find('T-1', 'k')).toEqual(KEY)
  expect(store.asked).toHaveLength(4)
})
