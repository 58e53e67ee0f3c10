import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { openPackages, type Packages } from './packages.ts'
import { EPOCH, type HubWorld, logBook, makeHubWorld } from './testing/fixtures.ts'

const OTHER_EPOCH = '11111111-1111-4111-8111-111111111111'

let world: HubWorld
let dir: string
let book: ReturnType<typeof logBook>
beforeAll(async () => {
  world = await makeHubWorld()
})
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bianmin-packages-'))
  book = logBook()
})
const open = () => openPackages(dir, world.keySet, book.log)
const file = () => join(dir, 'catalogue.json')

test('a package is on disk before anybody sees it, and there again without a hub', async () => {
  const packages = await open()
  expect(packages.catalogue.get()).toBeNull()
  let onDiskWhenSeen: string | undefined
  packages.catalogue.subscribe(() => {
    onDiskWhenSeen = readFileSync(file(), 'utf8')
  })
  const taken = await world.signedCatalogue(2)
  await packages.take(taken)
  expect(onDiskWhenSeen).toBe(JSON.stringify(taken.signed))
  expect((await open()).catalogue.get()).toEqual({ manifest: taken.manifest, catalogue: taken.content })
})

test('a package that was tampered with on disk is refused and said, never shown', async () => {
  const { signed } = await world.signedCatalogue(2)
  const wrong: Record<string, string> = {
    'hash-mismatch': JSON.stringify({ ...signed, content: signed.content.replace('失业登记', '失业等级') }),
    'bad-signature': JSON.stringify({ ...signed, manifest: `${signed.manifest.slice(0, -8)}AAAAAAAA` }),
    'bad-content': '{"manifest":"',
  }
  for (const [fault, text] of Object.entries(wrong)) {
    await writeFile(file(), text)
    expect((await open()).catalogue.get()).toBeNull()
    expect(book.of('package-refused').at(-1)).toMatchObject({ source: 'disk', fault })
  }
  const packages = await open()
  await packages.take(await world.signedCatalogue(3))
  expect((await open()).catalogue.get()?.manifest.version).toBe(3)
})

test('without the hub’s keys nothing on disk is believed', async () => {
  await (await open()).take(await world.signedCatalogue(2))
  expect((await openPackages(dir, undefined, book.log)).catalogue.get()).toBeNull()
  expect(await readFile(file(), 'utf8')).not.toBe('')
})

test('all four kinds are kept, and each is there again', async () => {
  const packages = await open()
  await packages.take(await world.signedCatalogue(2))
  await packages.take(await world.signedPackage('topics', 3, { topics: [] }))
  await packages.take(await world.signedPackage('settings', 4, { minimumRetentionMs: 5 }))
  await packages.take(await world.signedPackage('policies', 5, { offline: [] }))
  const again = await open()
  const versions = (['catalogue', 'topics', 'settings', 'policies'] as const).map((kind) => again.have(kind)?.version)
  expect(versions).toEqual([2, 3, 4, 5])
  expect(again.settings.get()?.content).toEqual({ minimumRetentionMs: 5 })
  expect(again.listing.get()?.version).toBe(2 + 3 + 5)
})

test('a policy goes before the catalogue, now and after a restart, and can be taken back', async () => {
  const packages = await open()
  const policyNow = (of: Packages) => of.catalogue.get()?.catalogue.items[0]?.offlinePolicy
  await packages.take(await world.signedCatalogue(1))
  expect(policyNow(packages)).toBe('A')
  const offline = [{ itemId: 'S07', offlinePolicy: 'C' as const }]
  await packages.take(await world.signedPackage('policies', 1, { offline }))
  expect(policyNow(packages)).toBe('C')
  expect(policyNow(await open())).toBe('C')
  await packages.take(await world.signedPackage('policies', 2, { offline: [] }))
  expect(policyNow(packages)).toBe('A')
})

test('an older package is refused; one of a lower version only in the epoch that the hub is in now', async () => {
  const packages = await open()
  await packages.take(await world.signedPackage('settings', 5, {}))
  expect(await packages.take(await world.signedPackage('settings', 5, {}))).toBe(false)
  expect(await packages.take(await world.signedPackage('settings', 4, {}, OTHER_EPOCH))).toBe(false)
  expect(await packages.take(await world.signedPackage('settings', 4, {}, OTHER_EPOCH), EPOCH)).toBe(false)
  expect(packages.have('settings')?.version).toBe(5)
  expect(await packages.take(await world.signedPackage('settings', 4, {}, OTHER_EPOCH), OTHER_EPOCH)).toBe(true)
  expect(packages.have('settings')).toMatchObject({ version: 4, hubEpoch: OTHER_EPOCH })
})

test('a package of one kind is no package of another', async () => {
  const { signed } = await world.signedPackage('topics', 1, { topics: [] })
  await writeFile(join(dir, 'settings.json'), JSON.stringify(signed))
  expect((await open()).settings.get()).toBeNull()
  expect(book.of('package-refused')).toMatchObject([{ kind: 'settings', fault: 'other-kind' }])
})
