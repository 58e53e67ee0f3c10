import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyPackage } from '../envelope/package.ts'
import { generateSigningKey } from '../envelope/signing-key.ts'
import { startNewEpoch } from './epoch.ts'
import { openOrFoundHub } from './hub-keys.ts'
import { loadItemFinder, publishPackage } from './packages.ts'
import { createRootKey } from './root-key.ts'
import { sampleCatalogue } from './sample/catalogue.ts'
import { makeTestHub, type TestHub } from './test-hub.ts'

let hub: TestHub
let publish: (catalogue: typeof sampleCatalogue, origin: 'sample' | 'file') => Promise<number>
beforeAll(async () => {
  hub = await makeTestHub()
  publish = (catalogue, origin) => publishPackage(hub, 'catalogue', catalogue, origin)
}, 60_000)
afterAll(() => hub.end())

const own = structuredClone(sampleCatalogue)
own.region = { zh: '北渡区' }
own.items = own.items.filter((item) => item.id === 'S07').map((item) => ({ ...item, version: 5 }))

const newest = async () => {
  const stored = await hub.store.newestPackage('catalogue')
  if (stored === undefined) throw new Error('nothing published')
  const checked = await verifyPackage(stored, hub.keySet)
  if (!checked.ok) throw new Error(checked.fault)
  return checked
}

test('a new version only when the content changed; the sample never replaces a file', async () => {
  expect(await publish(sampleCatalogue, 'sample')).toBe(1)
  expect(await publish(own, 'file')).toBe(2)
  expect(await publish(own, 'file')).toBe(2)
  expect(await publish(sampleCatalogue, 'sample')).toBe(2)
  expect((await newest()).catalogue.region.zh).toBe('北渡区')
})

test('items of older catalogues are still found: forms wait at terminals', async () => {
  const find = await loadItemFinder(hub.store)
  expect(find('S07', 4)?.catalogue.region.zh).toBe('云洲市南桥区')
  expect(find('S07', 5)?.catalogue.region.zh).toBe('北渡区')
  expect(find('S02', 3)?.item.name.zh).toBe('领取养老金资格认证')
  expect(find('S07', 6)).toBeUndefined()
})

test('a new epoch publishes the same content again under its own name', async () => {
  const before = await newest()
  const epoch = await startNewEpoch(hub, 'command')
  expect(epoch).not.toBe(before.manifest.hubEpoch)
  expect(await newest()).toMatchObject({ manifest: { hubEpoch: epoch, version: 3, sha256: before.manifest.sha256 } })
})

test('a root key file of another hub stops the start; a missing one does not', async () => {
  const path = `${hub.dataDir}/other-root.json`
  expect(await openOrFoundHub(hub.db, path, 'x', hub.sources)).toMatchObject({
    rootKeySha256: hub.identity.rootKeySha256,
  })
  await createRootKey(path)
  await expect(openOrFoundHub(hub.db, path, 'x', hub.sources)).rejects.toThrow('root key of another hub')
  await expect(createRootKey(path)).rejects.toThrow('EEXIST')
  const { privateJwk } = await generateSigningKey()
  await writeFile(path, JSON.stringify({ privateJwk }))
  await expect(openOrFoundHub(hub.db, path, 'x', hub.sources)).rejects.toThrow('note')
})
