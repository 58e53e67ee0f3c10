import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'

import type { Catalogue } from '../protocol/service-item.ts'
import { sweepOffers } from './chunks.ts'
import type { HubDatabase } from './database.ts'
import { isDatabaseAway } from './database-away.ts'
import { sweepHandovers } from './handovers.ts'
import type { OnHubEvent } from './hub-events.ts'
import { type HubIdentity, openKeyRing, openOrFoundHub } from './hub-keys.ts'
import { hubSuite } from './hub-suite.ts'
import type { KeyRing } from './key-ring.ts'
import { type NoticesAdapter, tellNotices } from './notices.ts'
import { makeOpener, type Opener } from './opener.ts'
import { startOpenerLoop } from './opener-loop.ts'
import { makePatience } from './opener-patience.ts'
import { publishPackage, republishAll } from './packages.ts'
import type { PersonAdapters } from './person-adapters.ts'
import { makePersonDesk } from './person-desk.ts'
import { rootKeyPath } from './root-key.ts'
import { sampleNotices } from './sample/notices.ts'
import { samplePersonAdapters } from './sample/persons.ts'
import { codeKey, samplePhoneCodes } from './sample/phone-codes.ts'
import { sealKeysOf } from './seal-keys.ts'
import { makeServer } from './server.ts'
import type { HubSources } from './sources.ts'
import { makeSqlStore, settleForeignRows } from './sql-store.ts'
import type { HubStore } from './store.ts'
import { HANDOVER_SWEEP_EVERY_MS, startSweeper } from './sweeper.ts'

export interface HubOptions {
  readonly db: HubDatabase
  /** Where root-key.json lies. */
  readonly dataDir: string
  readonly name: string
  readonly catalogue: { readonly content: Catalogue; readonly origin: 'sample' | 'file' }
  readonly sources: HubSources
  readonly log: Logger
  readonly allowExport?: boolean
  readonly maxIngestsAtOnce?: number
  /** Where departments are asked about persons; the sample ones when not given. */
  readonly personAdapters?: PersonAdapters
  /** The channel to principals; the sample one when not given. */
  readonly notices?: NoticesAdapter
  /** False leaves the cases closed until somebody calls `opener.round()`: for tests. */
  readonly opensByItself?: boolean
}

export interface Hub {
  readonly identity: HubIdentity
  readonly store: HubStore
  readonly keys: KeyRing
  readonly server: FastifyInstance
  readonly opener: Opener
  /** Hands the channel the notices that it has not taken yet. */
  readonly tellPrincipals: () => Promise<void>
  /** Stops listening, ends the opener's round, closes the database. */
  close(): Promise<void>
}

/** Puts the hub together over an open database; the server does not listen yet. */
export async function makeHub(options: HubOptions): Promise<Hub> {
  const { db, sources, log } = options
  const identity = await openOrFoundHub(db, rootKeyPath(options.dataDir), options.name, sources)
  await settleForeignRows(db)
  const keys = await openKeyRing(db, identity.rootKeySha256, sources)
  const store = makeSqlStore(db)
  const parts = { store, keys, sources }
  const { content, origin } = options.catalogue
  const catalogueVersion = await publishPackage(parts, 'catalogue', content, origin)
  await republishAll(parts)
  log.info({ epoch: identity.epoch, keySetVersion: keys.current().keySet.version, catalogueVersion }, 'hub.ready')

  const onEvent: OnHubEvent = ({ event, level, ...about }) => log[level](about, event)
  const sweepers = [
    startSweeper('offers', () => sweepOffers({ store, sources, onEvent }), log),
    startSweeper('handovers', () => sweepHandovers({ store, sources, onEvent }), log, HANDOVER_SWEEP_EVERY_MS),
  ]
  const patience = makePatience()
  const opensByItself = options.opensByItself !== false
  const notices = options.notices ?? sampleNotices()
  const adapters = options.personAdapters ?? samplePersonAdapters(sources)
  const opener = makeOpener({
    store,
    licences: adapters.licences,
    sealKeys: sealKeysOf(db),
    sources,
    ...(opensByItself ? { mayGoOn: patience.mayGoOn } : {}),
  })
  const personDesk = makePersonDesk({
    ...{ store, sources, suite: hubSuite, onEvent, sealKeys: sealKeysOf(db) },
    adapters,
  })
  const tellPrincipals = () =>
    tellNotices({ ...{ store, sources, suite: hubSuite, onEvent, sealKeys: sealKeysOf(db) }, notices })
  const loop = opensByItself ? startOpenerLoop(opener, log, tellPrincipals) : undefined
  const server = makeServer({
    db,
    ...parts,
    suite: hubSuite,
    codeIdentity: samplePhoneCodes(() => codeKey(options.dataDir), sources, store),
    onEvent,
    personDesk,
    isAway: isDatabaseAway,
    hubName: identity.name,
    log,
    allowExport: options.allowExport ?? false,
    ...(options.maxIngestsAtOnce === undefined ? {} : { maxIngestsAtOnce: options.maxIngestsAtOnce }),
    onArrival: ({ submissionId, hubSequence }) => {
      log.info({ submissionId, hubSequence }, 'submission.received')
      patience.arrived()
      loop?.wake()
    },
  })
  return {
    identity,
    store,
    keys,
    server,
    opener,
    tellPrincipals,
    async close() {
      await server.close()
      patience.end()
      await loop?.stop()
      await Promise.all(sweepers.map((sweeper) => sweeper.stop()))
      await db.destroy()
    },
  }
}
