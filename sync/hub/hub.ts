import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Catalogue } from '../protocol/service-item.ts'
import type { HubDatabase } from './database.ts'
import { type HubIdentity, loadKeySet, loadSigningKeys, openOrFoundHub } from './hub-keys.ts'
import { makeOpener, type Opener } from './opener.ts'
import { startOpenerLoop } from './opener-loop.ts'
import { publishCatalogue } from './packages.ts'
import { rootKeyPath } from './root-key.ts'
import { loadSealKeys } from './seal-keys.ts'
import { makeServer } from './server.ts'
import { type HubSources, instant } from './sources.ts'

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
  /** False leaves the cases closed until somebody calls `opener.round()`: for tests. */
  readonly opensByItself?: boolean
}

export interface Hub {
  readonly identity: HubIdentity
  readonly server: FastifyInstance
  readonly opener: Opener
  /** Stops listening, ends the opener's round, closes the database. */
  close(): Promise<void>
}

/** Puts the hub together over an open database; the server does not listen yet. */
export async function makeHub(options: HubOptions): Promise<Hub> {
  const { db, sources, log } = options
  const identity = await openOrFoundHub(db, rootKeyPath(options.dataDir), options.name, sources)
  const signingKeys = await loadSigningKeys(db, instant(sources))
  const { jws: keySetJws, keySet } = await loadKeySet(db, identity.rootKeySha256)
  const { content, origin } = options.catalogue
  const catalogueVersion = await publishCatalogue(db, content, origin, signingKeys.package, sources)
  log.info({ epoch: identity.epoch, keySetVersion: keySet.version, catalogueVersion }, 'hub.ready')

  const opener = makeOpener({ db, sealKeys: await loadSealKeys(db), sources })
  const loop = options.opensByItself === false ? undefined : startOpenerLoop(opener, log)
  const server = makeServer({
    db,
    signingKeys,
    keySetJws,
    keySet,
    hubName: identity.name,
    sources,
    log,
    allowExport: options.allowExport ?? false,
    ...(options.maxIngestsAtOnce === undefined ? {} : { maxIngestsAtOnce: options.maxIngestsAtOnce }),
    onArrival: ({ submissionId, hubSequence }) => {
      log.info({ submissionId, hubSequence }, 'submission.received')
      loop?.wake()
    },
  })
  return {
    identity,
    server,
    opener,
    async close() {
      await server.close()
      await loop?.stop()
      await db.destroy()
    },
  }
}
