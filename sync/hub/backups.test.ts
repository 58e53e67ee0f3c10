import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyFor } from '../envelope/key-set.ts'
import { openEnvelope } from '../envelope/open.ts'
import { verifyReceipt } from '../envelope/receipt.ts'
import { generateSigningKey } from '../envelope/signing-key.ts'
import { beginBackup, confirmBackup } from './backups.ts'
import { startNewEpoch } from './epoch.ts'
import { readRootKey, rootKeyPath } from './root-key.ts'
import { rotateKeys } from './rotate-keys.ts'
import { sealKeysOf } from './seal-keys.ts'
import { instant } from './sources.ts'
import { ingestOf, makeTerminal, makeTestHub, type TestHub, type TestTerminal, terminalOf } from './test-hub.ts'

let hub: TestHub
let terminal: TestTerminal
beforeAll(async () => {
  hub = await makeTestHub()
  terminal = await makeTerminal(hub, 'T-1')
}, 60_000)
afterAll(() => hub.end())

const handIn = async () => {
  const result = await ingestOf(hub).single(await terminal.seal())
  if (!result.ok) throw new Error(result.fault)
  return result
}
const watermark = async () => (await hub.store.stand()).backedUpThrough
const confirm = (through: number) => confirmBackup(hub.db, through, hub.sources)

test('the watermark is only what was settled when a backup began, and never goes back within an epoch', async () => {
  await handIn()
  await handIn()
  expect(await confirm(2)).toEqual({ ok: false, fault: 'not-begun', most: 0 })
  expect(await beginBackup(hub.db, hub.sources)).toEqual({ through: 2, hubEpoch: hub.identity.epoch })
  await handIn()
  expect(await confirm(3)).toEqual({ ok: false, fault: 'not-begun', most: 2 })
  expect(await watermark()).toBeNull()
  expect(await confirm(2)).toEqual({ ok: true, backedUpThrough: 2 })
  expect(await confirm(1)).toEqual({ ok: false, fault: 'lower', backedUpThrough: 2 })
  expect(await confirm(2)).toEqual({ ok: true, backedUpThrough: 2 })
  expect(await watermark()).toBe(2)
  await beginBackup(hub.db, hub.sources)
  await startNewEpoch(hub, 'command')
  expect(await watermark()).toBeNull()
  // A backup that began in another epoch says nothing about this one.
  expect(await confirm(3)).toEqual({ ok: false, fault: 'not-begun', most: 0 })
})

test('scenario 22: new keys: the running hub takes them, what was signed and sealed before still counts', async () => {
  const root = await readRootKey(rootKeyPath(hub.dataDir))
  if (root === undefined) throw new Error('no root key')
  const before = await handIn()
  const oldSet = hub.keys.current().keySet
  const oldSealed = await terminal.seal()
  hub.sources.nowMs += 1000
  const { version, rotated } = await rotateKeys(hub.db, root, ['seal', 'receipt', 'package', 'ping'], hub.sources)
  expect(version).toBe(Math.floor(hub.sources.nowMs / 1000))
  expect(hub.keys.current().keySet.version).toBe(1)
  await hub.keys.refresh()
  const { keySet } = hub.keys.current()
  expect(keySet).toMatchObject({ version })
  expect(keySet.keys).toHaveLength(8)
  const now = instant(hub.sources)
  for (const { use, oldKid, newKid, oldTo } of rotated) {
    expect(keyFor(keySet, use, now)?.kid).toBe(newKid)
    const old = keySet.keys.find((key) => key.kid === oldKid)
    expect(old).toMatchObject({ to: oldTo })
    expect(oldTo > now && oldTo < (oldSet.keys.find((key) => key.kid === oldKid)?.to ?? '')).toBe(true)
  }
  expect(await verifyReceipt(before.receipt, keySet)).toMatchObject({ ok: true })
  const after = await handIn()
  expect(await verifyReceipt(after.receipt, keySet)).toMatchObject({ ok: true })
  expect(await verifyReceipt(after.receipt, oldSet)).toMatchObject({ ok: false, fault: 'key-unknown' })
  // Sealed before to the old key, and after to the new one: both are opened.
  const keys = await sealKeysOf(hub.db)()
  const { key } = await generateSigningKey()
  const newSealed = await terminalOf(keySet, 'T-1', key).seal()
  for (const { envelope } of [oldSealed, newSealed]) {
    expect(await openEnvelope(envelope, (kid) => keys.get(kid))).toMatchObject({ ok: true })
  }
  const again = await rotateKeys(hub.db, root, ['seal'], hub.sources)
  expect(again.version).toBe(version + 1)
  // Put back to before this rotation and rotated anew: another set, so another version.
  await hub.db.deleteFrom('key_sets').where('version', '=', again.version).execute()
  hub.sources.nowMs += 60_000
  expect((await rotateKeys(hub.db, root, ['package'], hub.sources)).version).toBeGreaterThan(again.version)
  await hub.keys.refresh()
  expect(keyFor(hub.keys.current().keySet, 'seal', now)?.kid).toBe(again.rotated[0]?.newKid)
  const { key: foreignRoot } = await generateSigningKey()
  await expect(rotateKeys(hub.db, foreignRoot, ['seal'], hub.sources)).rejects.toThrow('another hub')
})
