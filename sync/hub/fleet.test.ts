import { expect, test } from 'vitest'
import { listGaps, listTerminals } from './fleet.ts'
import { makeMemoryStore } from './memory-store.ts'
import { systemSources } from './sources.ts'
import type { HubStore } from './store.ts'
import { makeTerminal, makeTestHub, TEST_NOW } from './test-hub.ts'

const said = (store: HubStore, lastDeviceSequence: number, deviceKid = 'k1') =>
  store.saveContact({
    terminalId: 'T-1',
    deviceKid,
    at: TEST_NOW,
    lastDeviceSequence,
    waiting: 0,
    quarantined: 0,
    oldestWaitingAt: null,
    damage: 0,
    freeBytes: null,
    version: '1.0.0',
  })

test('an old claim that comes once more hides nothing that has not arrived; a new key begins anew', async () => {
  const hub = await makeTestHub()
  try {
    await makeTerminal(hub, 'T-1')
    const gaps = async () => {
      const [terminal] = await listTerminals(hub.db, 'T-1')
      if (terminal === undefined) throw new Error('no terminal')
      return listGaps(hub.db, terminal, 5)
    }
    await said(hub.store, 3)
    await said(hub.store, 500)
    await said(hub.store, 3)
    expect(await gaps()).toEqual([{ from: 1, through: 500 }])
    await said(hub.store, 2, 'k2')
    expect(await gaps()).toEqual([{ from: 1, through: 2 }])
  } finally {
    await hub.end()
  }
}, 60_000)

test('the same in memory', async () => {
  const store = makeMemoryStore({ epoch: systemSources.randomUuid() })
  const told = () => store.snapshot().contacts.get('T-1')
  for (const number of [3, 500, 3]) await said(store, number)
  expect(told()).toMatchObject({ lastDeviceSequence: 500 })
  await said(store, 2, 'k2')
  expect(told()).toMatchObject({ lastDeviceSequence: 2, deviceKid: 'k2' })
})
