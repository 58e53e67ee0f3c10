import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { openPackages } from './packages.ts'
import { type HubWorld, logBook, makeHubWorld } from './testing/fixtures.ts'

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
  expect((await open()).catalogue.get()).toEqual({ manifest: taken.manifest, catalogue: taken.catalogue })
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
    expect(book.of('catalogue-refused').at(-1)).toMatchObject({ source: 'disk', fault })
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
