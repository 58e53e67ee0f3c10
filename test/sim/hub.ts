import { signKeySet } from '../../sync/envelope/key-set.ts'
import type { SigningKey, Suite } from '../../sync/envelope/suite.ts'
import { issueCode, revokeTerminal } from '../../sync/hub/enrolment.ts'
import { startNewEpoch } from '../../sync/hub/epoch.ts'
import { fixedKeyRing, type HubKeys } from '../../sync/hub/key-ring.ts'
import { type MemoryMark, type MemoryStore, makeMemoryStore } from '../../sync/hub/memory-store.ts'
import { publishPackage } from '../../sync/hub/packages.ts'
import { makeHubRouter } from '../../sync/hub/router.ts'
import type { HubSources } from '../../sync/hub/sources.ts'
import type { HubStore, NewArrivals } from '../../sync/hub/store.ts'
import type { Ed25519Jwk, HubKey } from '../../sync/protocol/keys.ts'
import type { FaultKind } from './faults.ts'
import { forged, handlerOver } from './hub-wire.ts'
import type { Endpoint, Forger, WireReply, WireRequest } from './network.ts'
import type { Break } from './options.ts'
import type { HubRow, Oracle } from './oracle.ts'
import { type SimProcess, startProcess } from './process.ts'
import type { SeededRandom } from './random.ts'
import { CATALOGUE } from './sample.ts'
import type { Scheduler } from './scheduler.ts'

/** Terminals' clocks may be anywhere between: validity is not what is tried here. */
const VALID = { from: '1960-01-01T00:00:00.000Z', to: '2200-01-01T00:00:00.000Z' }
const RESTART_MIN_MS = 200
const RESTART_MAX_MS = 60_000
/** A copy of the data that nobody announced, e.g. of the storage below: after so many of the commits. */
const COPY_SHARE = 0.3
const MAX_COPIES = 12

export interface HubParts {
  readonly scheduler: Scheduler
  readonly random: SeededRandom
  readonly suite: Suite
  readonly oracle: Oracle
  readonly minMs: number
  readonly maxMs: number
  readonly unixMs: () => number
  readonly broken: Break | undefined
  readonly said: Record<string, number>
  readonly settings: { readonly minimumRetentionMs: number; readonly reconcileEveryMs: number }
  /** Share of requests after which the hub falls with its answer unsent. */
  readonly crashBeforeAnswer: number
  readonly onFault: (kind: FaultKind) => void
}

/** The hub as a place: its database, its keys, and whichever program serves them at the moment. */
export interface SimHub {
  readonly endpoint: Endpoint
  readonly rootJwk: Ed25519Jwk
  /** Replies of somebody who has seen all that travels but knows no key. */
  readonly forge: Forger
  keySetJws(): string
  issueCode(terminalId: string): Promise<string>
  /** The program falls; it comes back by itself. False when it lies already. */
  crash(): boolean
  /** All is saved, and the hub is told so. */
  backUp(): void
  /** Puts an older copy in place, none older than the newest backup that was announced. False when there is none. */
  restore(how: 'command' | 'copy'): boolean
  rotateKeys(): boolean
  revoke(terminalId: string): boolean
  /** From now on it may fall with an answer unsent. */
  mayFall(): void
  /** From now on it falls no more, and stands up if it lies. */
  heal(): void
  exportRows(): readonly Readonly<Record<string, unknown>>[]
}

export async function foundHub(parts: HubParts): Promise<SimHub> {
  const { scheduler, random, suite, oracle } = parts
  const store = makeMemoryStore({ epoch: suite.randomUuid(), unique: parts.broken !== 'no-unique' })
  const sources: HubSources = {
    now: parts.unixMs,
    randomBytes: suite.randomBytes,
    randomUuid: suite.randomUuid,
  }
  const { key: root } = await suite.generateSigningKey()
  const hubKeys: HubKey[] = []
  const ring = fixedKeyRing(await nextKeys())
  await publishPackage({ store, keys: ring, sources }, 'catalogue', CATALOGUE, 'file')
  await publishPackage({ store, keys: ring, sources }, 'settings', parts.settings, 'file')

  let program = serve()
  let falls = false
  /** Copies of the data, oldest first: an announced backup and what came after it. */
  let copies: MemoryMark[] = [store.mark()]
  let revoked = false

  /** A key set with one more key of each use; the old ones stay good. */
  async function nextKeys(): Promise<HubKeys> {
    const seal = await suite.generateSealKey()
    const from = new Date(Date.parse(VALID.from) + hubKeys.length * 1000).toISOString()
    const valid = { from, to: VALID.to }
    hubKeys.push({ ...valid, use: 'seal', kid: `seal-${hubKeys.length}`, jwk: seal.jwk })
    const signing: Record<string, SigningKey> = {}
    for (const use of ['receipt', 'package', 'ping'] as const) {
      const { key } = await suite.generateSigningKey()
      signing[use] = key
      hubKeys.push({ ...valid, use, kid: key.kid, jwk: key.jwk })
    }
    const keySet = { kind: 'key-set' as const, version: hubKeys.length / 4, keys: [...hubKeys] }
    return { jws: await signKeySet(keySet, root), keySet, signing: signing as HubKeys['signing'] }
  }

  function serve(): { readonly process: SimProcess; readonly api: ReturnType<typeof handlerOver> } {
    const process = startProcess(scheduler, 'hub')
    const router = makeHubRouter({
      store: slowStore(store, process),
      keys: ring,
      sources,
      suite,
      onArrival: () => undefined,
      onEvent(event) {
        const what = `hub ${event.event}`
        parts.said[what] = (parts.said[what] ?? 0) + 1
        scheduler.note(`hub says ${event.event}`, JSON.stringify(event))
      },
    })
    return { process, api: handlerOver(router, oracle) }
  }

  /** The store as this program reaches it: slowly, and no more once it is dead; what it commits is seen. */
  function slowStore(inner: MemoryStore, process: SimProcess): HubStore {
    const pause = () => process.sleep(random.logarithmic(parts.minMs, parts.maxMs), 'database')
    return {
      ...inner,
      async held(ids) {
        await pause()
        return inner.held(ids)
      },
      async storeChunk(chunk) {
        await pause()
        await inner.storeChunk(chunk)
      },
      async transaction(work) {
        await pause()
        const added: HubRow[] = []
        let renewed: NewArrivals['renewed']
        const result = await inner.transaction((tx) =>
          work({
            ...tx,
            async insertSubmissions(arrivals) {
              await pause()
              await tx.insertSubmissions(arrivals)
              for (const sha256 of arrivals.chunkSha256s) {
                if ((await inner.chunk(sha256)) === undefined) oracle.violated('row-without-chunks', sha256)
              }
              for (const row of arrivals.rows) added.push({ ...row, receiptSha256: arrivals.receipt.sha256 })
              renewed = arrivals.renewed
            },
          }),
        )
        if (renewed !== undefined) oracle.renewed(renewed.hubEpoch, renewed.submissionIds)
        if (added.length > 0) {
          oracle.committed(added)
          scheduler.note(`hub commits ${added.map((row) => `${row.submissionId}@${row.hubSequence}`).join(' ')}`)
          if (random.chance(COPY_SHARE)) copies.push(store.mark())
          if (copies.length > MAX_COPIES) copies.splice(1, 1)
        }
        await pause()
        return result
      },
    }
  }

  async function handle(wire: WireRequest): Promise<WireReply> {
    const { process, api } = program
    const reply = await api(wire)
    if (falls && random.chance(parts.crashBeforeAnswer) && process.alive) {
      parts.onFault('hub-crash-before-answer')
      hub.crash()
    }
    return process.alive ? reply : new Promise<never>(() => undefined)
  }

  function standUp(): void {
    if (!program.process.alive) program = serve()
  }

  const hub: SimHub = {
    endpoint: {
      get listening() {
        return program.process.alive
      },
      handle,
    },
    rootJwk: root.jwk,
    forge: (wire) => forged(wire, ring.current(), suite, random),
    keySetJws: () => ring.current().jws,
    issueCode: (terminalId) => issueCode(store, terminalId, sources, suite),
    crash() {
      if (!program.process.alive) return false
      program.process.kill()
      store.crash()
      scheduler.after(random.logarithmic(RESTART_MIN_MS, RESTART_MAX_MS), 'hub starts again', standUp)
      return true
    },
    backUp() {
      copies = [store.mark()]
      void store.stand().then(({ hubSequence }) => store.setBackedUpThrough(hubSequence))
      oracle.backedUp()
    },
    restore(how) {
      const copy = random.pick(copies)
      // The program is stopped for it, as one must; whatever ran is gone.
      program.process.kill()
      store.crash()
      store.goBack(copy)
      copies = copies.slice(0, copies.indexOf(copy) + 1)
      const ids = store.rows().map((row) => row.submissionId)
      oracle.restored(ids)
      scheduler.note(`hub is put back to ${ids.length} rows, ${how}`)
      program = serve()
      if (how === 'command') void startNewEpoch({ store, keys: ring, sources }, 'command')
      return true
    },
    rotateKeys() {
      void nextKeys().then((keys) => ring.put(keys))
      return true
    },
    revoke(terminalId) {
      if (revoked) return false
      revoked = true
      oracle.refusableTerminals.add(terminalId)
      void revokeTerminal(store, terminalId, sources)
      return true
    },
    mayFall() {
      falls = true
    },
    heal() {
      falls = false
      standUp()
    },
    exportRows: () => store.rows().map(({ envelope: _, ...row }) => asColumns(row)),
  }
  return hub
}

/** The names that the columns have in a real hub's export. */
function asColumns(row: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  )
}
