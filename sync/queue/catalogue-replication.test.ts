import { afterEach, describe, expect, test, vi } from 'vitest'
import type { CatalogueView } from '../protocol/queue-view.ts'
import { catalogueFrom, startCatalogueReplication } from './catalogue-replication.ts'
import { rxdbSource, type StorageHome } from './rxdb-database.ts'
import { EPOCH_A, EPOCH_B, type FakeCatalogueMain, fakeCatalogueMain, listing } from './testing/catalogue.ts'
import { noLog } from './testing/fixtures.ts'
import { fakeDexieHome, memoryHome } from './testing/homes.ts'

vi.spyOn(console, 'warn').mockImplementation(() => undefined)
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function start(home: StorageHome, main: FakeCatalogueMain) {
  const opened = await rxdbSource(home, 'queue', noLog).open()
  const views: CatalogueView[] = []
  const logged: string[] = []
  const failures: unknown[] = []
  const collection = opened.value.catalogue
  const replication = startCatalogueReplication({
    collection,
    changesSince: (input) => main.changesSince(input),
    retryMs: 10,
    log: (event) => logged.push(event),
    onView: (view) => views.push(view),
    onStoreFailure: (error) => failures.push(error),
  })
  let done = false
  const close = async () => {
    if (done) return
    done = true
    await replication.cancel()
    await opened.close()
  }
  closers.push(close)
  const held = async () => (await collection.find().exec()).map(({ id }) => id).sort()
  return { views, logged, failures, replication, collection, held, close }
}

const ids = (view: CatalogueView | undefined) => view?.catalogue.items.map(({ id }) => id)

describe.each([
  ['memory', () => memoryHome()],
  ['Dexie', () => fakeDexieHome()],
] as const)('the catalogue on %s', (_, makeHome) => {
  test('arrives whole, over several batches, in main’s order', async () => {
    const main = fakeCatalogueMain({ epoch: EPOCH_A, version: 3, lines: listing(['S07', 'S02', 'S03'], 450) })
    const { views, failures } = await start(makeHome(), main)
    await vi.waitFor(() => expect(views.length).toBe(1), 5_000)
    expect(views[0]?.version).toBe(3)
    expect(ids(views[0])).toEqual(['S07', 'S02', 'S03'])
    expect(views[0]?.catalogue.divisions.length).toBe(450)
    expect(failures).toEqual([])
  })

  test('a newer version replaces it; what it no longer names is gone', async () => {
    const main = fakeCatalogueMain({ epoch: EPOCH_A, version: 1, lines: listing(['S07', 'S02']) })
    const { views, replication, held } = await start(makeHome(), main)
    await vi.waitFor(() => expect(views.length).toBe(1))
    main.version = 2
    main.lines = listing(['S02', 'S09'])
    replication.pull()
    await vi.waitFor(() => expect(views.length).toBe(2))
    expect(ids(views[1])).toEqual(['S02', 'S09'])
    expect(await held()).toEqual(['division:110000', 'item:S02', 'item:S09', 'region'])
    main.version = 3
    main.lines = listing(['S07'])
    replication.pull()
    await vi.waitFor(() => expect(ids(views[2])).toEqual(['S07']))
  })

  test('another epoch with a lower version replaces it all the same', async () => {
    const main = fakeCatalogueMain({ epoch: EPOCH_A, version: 9, lines: listing(['S07', 'S02']) })
    const { views, replication, held } = await start(makeHome(), main)
    await vi.waitFor(() => expect(views.length).toBe(1))
    main.epoch = EPOCH_B
    main.version = 2
    main.lines = listing(['S03'])
    replication.pull()
    await vi.waitFor(() => expect(views.length).toBe(2))
    expect([views[1]?.version, ids(views[1])]).toEqual([2, ['S03']])
    expect(await held()).toEqual(['division:110000', 'item:S03', 'region'])
  })

  test('after a restart the stored one is shown and only the rest is asked for', async () => {
    const home = makeHome()
    const main = fakeCatalogueMain({ epoch: EPOCH_A, version: 4, lines: listing(['S07']) })
    const first = await start(home, main)
    await vi.waitFor(() => expect(first.views.length).toBe(1))
    await first.close()
    main.asked.length = 0
    const second = await start(home, main)
    await vi.waitFor(() => expect(ids(second.views[0])).toEqual(['S07']))
    expect(main.asked[0]).toEqual({ hubEpoch: EPOCH_A, version: 4, offset: 3 })
  })
})

test.each([
  ['memory', () => memoryHome()],
  ['Dexie', () => fakeDexieHome()],
] as const)(
  'documents of kinds that this version does not know are kept on %s and harm nobody',
  async (_, makeHome) => {
    const more = ['topic:newborn', 'policy:S07', 'kind-of-tomorrow:1', 'loose'].map((id, i) => ({
      id,
      body: id === 'loose' ? 'not JSON' : JSON.stringify({ id, anything: [1, null] }),
      order: i,
    }))
    const home = makeHome()
    const main = fakeCatalogueMain({ epoch: EPOCH_A, version: 1, lines: [...listing(['S07']), ...more] })
    const first = await start(home, main)
    await vi.waitFor(() => expect(ids(first.views[0])).toEqual(['S07']))
    expect(await first.held()).toEqual([...more.map(({ id }) => id), 'division:110000', 'item:S07', 'region'].sort())
    main.version = 2
    main.lines = [...listing(['S07', 'S02']), ...more.slice(1)]
    first.replication.pull()
    await vi.waitFor(() => expect(ids(first.views[1])).toEqual(['S07', 'S02']))
    expect(await first.held()).not.toContain('topic:newborn')
    expect([first.failures, first.logged]).toEqual([[], []])
  },
)

test('main being away is retried', async () => {
  const main = fakeCatalogueMain({ epoch: EPOCH_A, version: 1, lines: listing(['S07']) })
  main.failing = true
  const { views, logged } = await start(memoryHome(), main)
  await vi.waitFor(() => expect(logged).toContain('catalogue-pull-failed'))
  expect(views).toEqual([])
  main.failing = false
  await vi.waitFor(() => expect(views.length).toBe(1))
})

test('documents marked deleted are deleted, and lines that got lost are fetched again', async () => {
  const main = fakeCatalogueMain({ epoch: EPOCH_A, version: 1, lines: listing(['S07', 'S02']) })
  const inner = main.changesSince
  main.changesSince = async (input) => {
    const answer = await inner(input)
    return { ...answer, documents: answer.documents.map((line) => ({ ...line, deleted: line.id === 'item:S02' })) }
  }
  const home = memoryHome()
  const first = await start(home, main)
  await vi.waitFor(() => expect(ids(first.views[0])).toEqual(['S07']))
  await first.close()
  const second = await start(home, main)
  await second.collection.findOne('item:S07').remove()
  second.replication.pull()
  await vi.waitFor(() => expect(ids(second.views.at(-1))).toEqual(['S07']))
  await vi.waitFor(async () => expect(await second.held()).toContain('item:S07'))
})

test('a main that answers another version with the changes only is asked for the whole listing', async () => {
  const main = fakeCatalogueMain({ epoch: EPOCH_A, version: 1, lines: listing(['S07', 'S02']) })
  const { views, replication, failures, logged } = await start(memoryHome(), main)
  await vi.waitFor(() => expect(views.length).toBe(1))
  const whole = main.changesSince
  main.changesSince = async (input) => {
    const answer = await whole(input)
    if (input.checkpoint === null || input.checkpoint.version === main.version) return answer
    return { ...answer, documents: answer.documents.filter((line) => line.id === 'item:S09') }
  }
  main.version = 2
  main.lines = listing(['S07', 'S02', 'S09'])
  replication.pull()
  await vi.waitFor(() => expect(ids(views[1])).toEqual(['S07', 'S02', 'S09']))
  expect([failures, logged]).toEqual([[], []])
})

test('a catalogue that is not one is said to be so and never shown', async () => {
  const main = fakeCatalogueMain({ epoch: EPOCH_A, version: 1, lines: listing(['S07']).slice(1) })
  const { views, logged } = await start(memoryHome(), main)
  await vi.waitFor(() => expect(logged).toContain('catalogue-invalid'))
  expect(views).toEqual([])
  expect(catalogueFrom([{ id: 'region', body: '{', order: 0, listing: '' }], 1)).toMatchObject({ ok: false })
})
