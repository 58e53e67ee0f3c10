import { expect, test } from 'vitest'
import { makePatience } from './opener-patience.ts'

test('a hub that stops does not wait for the pause that a backlog made the opener take', async () => {
  const patience = makePatience(3_600_000)
  expect(await patience.mayGoOn()).toBe(true)
  patience.arrived()
  const asked = patience.mayGoOn()
  patience.end()
  expect(await asked).toBe(false)
  expect(await patience.mayGoOn()).toBe(false)
})

test('once no more come, the pause is over', async () => {
  const patience = makePatience(3_600_000)
  patience.arrived()
  expect(await patience.mayGoOn()).toBe(true)
})

test('while a backlog comes in, a case is opened after a pause, not never', async () => {
  const patience = makePatience(1)
  patience.arrived()
  expect(await patience.mayGoOn()).toBe(true)
})
