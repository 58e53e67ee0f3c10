import type { RxCollection, WithDeleted } from 'rxdb/plugins/core'
import { replicateRxCollection } from 'rxdb/plugins/replication'
import { Subject } from 'rxjs'
import { z } from 'zod'
import { type CatalogueView, CatalogueViewSchema } from '../protocol/queue-view.ts'
import { CheckpointSchema } from '../protocol/worker-port.ts'
import { errorText, type Log } from './clock.ts'
import type { CatalogueLine } from './rxdb-schemas.ts'

/**
 * The catalogue in the worker: RxDB's pull replication over main's `changesSince`, never a push.
 *
 * How the listing is read: an answer to `checkpoint: null` starts the whole listing of the newest version; an answer to
 * a checkpoint goes on after it. When the answer belongs to another hub epoch or version than the checkpoint did, it is
 * thrown away and the whole listing is asked for again, so that it does not matter whether main keeps old versions.
 * What the complete listing does not name is deleted here; `deleted: true` is obeyed as well. A short answer (fewer
 * documents than asked for) ends the listing.
 */
export type Checkpoint = z.infer<typeof CheckpointSchema>
export type ChangesSince = (input: { checkpoint: Checkpoint | null; limit: number }) => Promise<{
  documents: { id: string; body: string; order: number; deleted: boolean }[]
  checkpoint: Checkpoint | null
}>

export const PULL_LIMIT = 200
/** How often in a row an incomplete listing is asked for again before the next package is waited for. */
const LIST_AGAIN_TIMES = 3

export type CatalogueReplication = {
  /** A newer package lies ready. */
  pull(): void
  cancel(): Promise<void>
}

export type CatalogueReplicationOptions = {
  collection: RxCollection<CatalogueLine>
  changesSince: ChangesSince
  retryMs: number
  log: Log
  /** A complete and valid catalogue, at the start and after every change. */
  onView: (view: CatalogueView) => void
  /** The collection failed: rebuild the store. */
  onStoreFailure: (error: unknown) => void
}

/** Our own addition: how many lines the listing has named, so that a lost write is seen. */
const LocalCheckpointSchema = CheckpointSchema.extend({ listed: z.int().min(0), complete: z.boolean() })
type LocalCheckpoint = z.infer<typeof LocalCheckpointSchema>

export function startCatalogueReplication(options: CatalogueReplicationOptions): CatalogueReplication {
  const { collection, changesSince, retryMs, log, onView, onStoreFailure } = options
  const resync = new Subject<'RESYNC'>()
  let latest: LocalCheckpoint | null = null
  let shown = ''
  let cancelled = false
  let listAgain = false
  let incomplete = 0
  let showing: Promise<void> = Promise.resolve()

  async function handler(stored: unknown, batchSize: number) {
    const parsed = LocalCheckpointSchema.safeParse(stored)
    let from = parsed.success && !listAgain ? parsed.data : null
    listAgain = false
    let answer = await changesSince({ checkpoint: from && plain(from), limit: batchSize })
    if (from !== null && answer.checkpoint !== null && listingName(answer.checkpoint) !== listingName(from)) {
      from = null
      answer = await changesSince({ checkpoint: null, limit: batchSize })
    }
    if (answer.checkpoint === null || (from?.complete === true && answer.documents.length === 0)) {
      latest = from
      return { documents: [], checkpoint: from }
    }
    return batch(from, answer.documents, answer.checkpoint, batchSize)
  }

  async function batch(
    from: LocalCheckpoint | null,
    received: Awaited<ReturnType<ChangesSince>>['documents'],
    checkpoint: Checkpoint,
    batchSize: number,
  ) {
    const listing = listingName(checkpoint)
    const documents: WithDeleted<CatalogueLine>[] = received.map(({ id, body, order, deleted }) => ({
      id,
      body,
      order,
      listing,
      _deleted: deleted,
    }))
    const complete = received.length < batchSize
    if (complete) {
      const named = new Set(documents.map((document) => document.id))
      for (const line of await allLines(collection)) {
        if (line.listing !== listing && !named.has(line.id)) documents.push({ ...line, _deleted: true })
      }
    }
    const listed = (from?.listed ?? 0) + received.filter((document) => !document.deleted).length
    const next: LocalCheckpoint = { ...plain(checkpoint), listed, complete }
    latest = next
    return { documents, checkpoint: next }
  }

  const replication = replicateRxCollection<CatalogueLine, LocalCheckpoint | null>({
    replicationIdentifier: 'catalogue-from-main',
    collection,
    live: true,
    retryTime: retryMs,
    waitForLeadership: false,
    toggleOnDocumentVisible: false,
    autoStart: true,
    pull: { batchSize: PULL_LIMIT, handler, stream$: resync.asObservable() },
  })

  async function show(): Promise<void> {
    if (cancelled || latest === null || !latest.complete) return
    const expected = latest
    const lines = (await allLines(collection)).filter((line) => line.listing === listingName(expected))
    if (cancelled || latest !== expected) return
    if (lines.length !== expected.listed) {
      incomplete++
      log('catalogue-incomplete', { version: expected.version, listed: expected.listed, held: lines.length })
      // Listing again writes what is missing; if that does not help, main's listing is at fault, not the store.
      if (incomplete > LIST_AGAIN_TIMES) return
      listAgain = true
      return resync.next('RESYNC')
    }
    incomplete = 0
    if (shown === listingName(expected)) return
    const view = catalogueFrom(lines, expected.version)
    if (view.ok) {
      shown = listingName(expected)
      onView(view.view)
    } else log('catalogue-invalid', { version: expected.version, why: view.why })
  }

  const subscriptions = [
    replication.error$.subscribe((error) => {
      if (error.code === 'RC_PULL') log('catalogue-pull-failed', { error: errorText(innerError(error)) })
      else onStoreFailure(error)
    }),
    replication.active$.subscribe((active) => {
      if (active) return
      showing = showing.then(show).catch((error: unknown) => {
        if (!cancelled) onStoreFailure(error)
      })
    }),
  ]

  return {
    pull() {
      incomplete = 0
      resync.next('RESYNC')
    },
    async cancel() {
      cancelled = true
      for (const subscription of subscriptions) subscription.unsubscribe()
      await replication.cancel()
      await showing
    },
  }
}

export type CatalogueRead = { ok: true; view: CatalogueView } | { ok: false; fault: 'invalid'; why: string }

/** Puts the lines `item:…`, `division:…` and `region` together again, in their order. */
export function catalogueFrom(lines: readonly CatalogueLine[], version: number): CatalogueRead {
  const sorted = [...lines].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1))
  const bodies = (prefix: string) => sorted.filter((line) => line.id.startsWith(prefix)).map(bodyOf)
  try {
    const region = sorted.find((line) => line.id === 'region')
    const parsed = CatalogueViewSchema.safeParse({
      version,
      catalogue: {
        kind: 'catalogue',
        region: region === undefined ? undefined : bodyOf(region),
        divisions: bodies('division:'),
        items: bodies('item:'),
      },
    })
    if (parsed.success) return { ok: true, view: parsed.data }
    const [issue] = parsed.error.issues
    return { ok: false, fault: 'invalid', why: `${issue?.path.join('.')}: ${issue?.message}` }
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, fault: 'invalid', why: 'a line is not JSON' }
    throw error
  }
}

function bodyOf(line: CatalogueLine): unknown {
  return JSON.parse(line.body)
}

async function allLines(collection: RxCollection<CatalogueLine>): Promise<CatalogueLine[]> {
  const found = await collection.find().exec()
  return found.map(({ id, body, order, listing }) => ({ id, body, order, listing }))
}

function listingName({ hubEpoch, version }: Checkpoint): string {
  return `${hubEpoch}:${version}`
}

function plain({ hubEpoch, version, offset }: Checkpoint): Checkpoint {
  return { hubEpoch, version, offset }
}

function innerError(error: { parameters?: unknown }): unknown {
  const { parameters } = error
  if (typeof parameters !== 'object' || parameters === null || !('errors' in parameters)) return error
  const { errors } = parameters
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined
  return typeof first === 'object' && first !== null && 'message' in first ? String(first.message) : error
}
