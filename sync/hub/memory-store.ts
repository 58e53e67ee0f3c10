import { memoryBindingWrites } from './memory-bindings.ts'
import { memoryHandoverWrites } from './memory-handovers.ts'
import { memoryNoticeWrites } from './memory-notices.ts'
import { memoryPersonWrites } from './memory-persons.ts'
import { memoryReads } from './memory-reads.ts'
import { memoryStaffWrites } from './memory-staff.ts'
import { type MemoryRow, type MemoryTables, makeMemoryTables } from './memory-tables.ts'
import type { HubStore, HubTx } from './store.ts'

export interface MemoryStore extends HubStore {
  /** Every row in hub order, as the export of a real hub would list them. */
  rows(): readonly MemoryRow[]
  /** All that is committed, e.g. as a backup. */
  snapshot(): MemorySnapshot
  /** Puts a snapshot in the place of everything, without a word: what a DBA does who copies an old folder back. */
  restore(snapshot: MemorySnapshot): void
  /** A snapshot that costs no copy, however much there is. */
  mark(): MemoryMark
  /** Puts everything back to a mark of this store. Later marks are good no more, nor is any after `restore`. */
  goBack(mark: MemoryMark): void
  /**
   * The hub's process dies: the transaction that runs is rolled back, those that wait never begin, and their promises
   * never settle. What was committed stays.
   */
  crash(): void
  /** For hubs that run beside each other and for `npm run hub -- backed-up`. Not below what was said in this epoch. */
  setBackedUpThrough(sequence: number): void
}

export type MemorySnapshot = Readonly<Record<keyof MemoryTables, ReadonlyMap<string, unknown>>>
export type MemoryMark = Readonly<Record<keyof MemoryTables, number>>

export interface MemoryStoreOptions {
  /** Of the hub when it is founded. */
  readonly epoch: string
  /** False plants a fault: no unique key and no look-up by id, so what is sent twice is stored twice. */
  readonly unique?: boolean
}

/** The store of sql-store.ts in memory: transactions one after another, unique keys, roll-back on throw. */
export function makeMemoryStore({ epoch, unique = true }: MemoryStoreOptions): MemoryStore {
  const tables = makeMemoryTables()
  const all = Object.values(tables)
  const commit = () => {
    for (const table of all) table.commit()
  }
  const rollBack = () => {
    for (const table of all) table.rollBack()
  }
  tables.hub.set('1', { epoch, lastSequence: 0, backedUpThrough: null, lastCaseSequence: 0, lastChangeId: 0 })
  tables.epochs.set(epoch, { why: 'founded', at: '' })
  commit()

  /** The end of the line of those who wait for their turn. */
  let line: Promise<unknown> = Promise.resolve()
  /** Goes up when the process dies: whoever belongs to an earlier life never goes on. */
  let life = 0
  const forever = new Promise<never>(() => undefined)

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = life
    const run = async (): Promise<T> => {
      if (mine !== life) return forever
      try {
        const result = await work()
        if (mine !== life) return forever
        commit()
        return result
      } catch (error) {
        if (mine !== life) return forever
        rollBack()
        throw error
      }
    }
    const turn = line.then(run)
    line = turn.catch(() => undefined)
    return turn
  }

  const reads = memoryReads(tables, false, unique)
  return {
    ...reads,
    ...memoryPersonWrites(tables, inTurn),
    spendCode: ({ mark, endsAt, now }) =>
      inTurn(async () => {
        for (const [old, until] of [...tables.usedCodes.entries(true)]) if (until <= now) tables.usedCodes.delete(old)
        if (tables.usedCodes.get(mark, true) !== undefined) return false
        tables.usedCodes.set(mark, endsAt)
        return true
      }),
    ...memoryBindingWrites(tables, inTurn),
    ...memoryNoticeWrites(tables, inTurn),
    transaction: (work) => {
      const mine = life
      const alive = () => {
        if (mine !== life) throw new Error('memory store: the process of this transaction died')
      }
      return inTurn(() => work(memoryTx(tables, unique, alive)))
    },
    storeChunk: ({ sha256, content }) =>
      inTurn(async () => {
        if (tables.chunks.get(sha256, true) === undefined) tables.chunks.set(sha256, { content, committed: false })
      }),
    changeCase: ({ submissionId, from, state, faults, helpers = [], person, notice, at }) =>
      inTurn(async () => {
        const before = tables.cases.get(submissionId, true)
        const sequence = tables.byId.get(submissionId, true)?.[0]
        const row = tables.submissions.get(String(sequence), true)
        if (before === undefined || row === undefined || !from.includes(before.state)) return false
        tables.cases.set(submissionId, { state, faults: JSON.stringify(faults), at })
        if (helpers.length > 0 && tables.helpers.get(submissionId, true) === undefined) {
          tables.helpers.set(submissionId, helpers)
        }
        if (person !== undefined && tables.persons.get(submissionId, true) === undefined) {
          tables.persons.set(submissionId, person)
        }
        if (notice !== undefined && tables.notices.get(submissionId, true) === undefined) {
          tables.notices.set(submissionId, { ...notice, at, takenAt: null, tries: 0 })
        }
        const hub = numbersOf(tables)
        const id = hub.lastChangeId + 1
        const { terminalId, ticket } = row
        tables.hub.set('1', { ...hub, lastChangeId: id })
        tables.changes.set(String(id), { submissionId, terminalId, ticket, state, at, sequence: null })
        tables.openChanges.set(String(id), true)
        return true
      }),
    settleCaseChanges: (above) =>
      inTurn(async () => {
        const ids = [...tables.openChanges.entries(true)].map(([id]) => Number(id)).sort((a, b) => a - b)
        let sequence = Math.max(above, numbersOf(tables).lastCaseSequence)
        for (const id of ids) {
          const change = tables.changes.get(String(id), true)
          if (change !== undefined) {
            tables.changes.set(String(id), { ...change, sequence: ++sequence })
            tables.changeBySequence.set(String(sequence), change.terminalId)
            tables.newestChange.set(change.terminalId, sequence)
          }
          tables.openChanges.delete(String(id))
        }
        if (ids.length > 0) tables.hub.set('1', { ...numbersOf(tables), lastCaseSequence: sequence })
      }),
    keepRating: (rating) =>
      inTurn(async () => {
        const first = tables.ratings.get(rating.caseId, true)
        if (first === undefined) tables.ratings.set(rating.caseId, rating)
        return first === undefined || first.submissionId === rating.submissionId
      }),
    keepComplaint: (complaint) =>
      inTurn(async () => {
        if (tables.complaints.get(complaint.submissionId, true) === undefined) {
          tables.complaints.set(complaint.submissionId, complaint)
        }
      }),
    agentDayKey: ({ day, fresh, forgetBefore }) =>
      inTurn(async () => {
        for (const table of [tables.agentDays, tables.agentPlaces]) {
          for (const [key] of [...table.entries(true)]) if (key.slice(0, day.length) < forgetBefore) table.delete(key)
        }
        const key = tables.agentDays.get(day, true) ?? fresh
        tables.agentDays.set(day, key)
        return key
      }),
    takeAgentPlace: ({ day, agent, submissionId, limit }) =>
      inTurn(async () => {
        const taken = tables.agentPlaces.get(`${day}/${agent}`, true) ?? []
        if (taken.includes(submissionId)) return true
        if (taken.length >= limit) return false
        tables.agentPlaces.set(`${day}/${agent}`, [...taken, submissionId])
        return true
      }),
    saveContact: (contact) =>
      inTurn(async () => {
        const before = tables.contacts.get(contact.terminalId, true)
        const floor = before?.deviceKid === contact.deviceKid ? before.lastDeviceSequence : 0
        const lastDeviceSequence = Math.max(floor, contact.lastDeviceSequence)
        tables.contacts.set(contact.terminalId, { ...contact, lastDeviceSequence })
      }),

    rows: () => [...tables.submissions.entries(false)].map(([, row]) => row),
    snapshot: () =>
      Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.copy()])) as MemorySnapshot,
    restore(snapshot) {
      for (const [name, table] of Object.entries(tables)) table.putBack(snapshot[name as keyof MemoryTables])
    },
    mark: () => Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.mark()])) as MemoryMark,
    goBack(mark) {
      for (const [name, table] of Object.entries(tables)) table.goBack(mark[name as keyof MemoryTables])
    },
    crash() {
      life++
      rollBack()
      line = Promise.resolve()
    },
    setBackedUpThrough(sequence) {
      const hub = numbersOf(tables)
      if (sequence > hub.lastSequence || sequence < (hub.backedUpThrough ?? 0)) {
        throw new RangeError(`memory store: ${sequence} cannot be the watermark`)
      }
      tables.hub.set('1', { ...hub, backedUpThrough: sequence })
      tables.hub.commit()
    },
  }
}

function numbersOf(tables: MemoryTables) {
  const hub = tables.hub.get('1', true)
  if (hub === undefined) throw new Error('memory store: nobody founded this hub')
  return hub
}

function memoryTx(tables: MemoryTables, unique: boolean, alive: () => void): HubTx {
  const { epoch, lastSequence } = numbersOf(tables)
  const reads = memoryReads(tables, true, unique)
  /** A transaction of a process that died writes nothing any more. */
  const write = async <T>(work: () => T): Promise<T> => {
    alive()
    return work()
  }
  return {
    ...reads,
    ...memoryStaffWrites(tables, write),
    ...memoryHandoverWrites(tables, write),
    hub: { epoch, lastSequence },
    insertSubmissions: ({ terminalId, rows, renewed, receipt, chunkSha256s }) =>
      write(() => {
        if (tables.receipts.get(receipt.sha256, true) !== undefined) throw duplicate('receipts', receipt.sha256)
        tables.receipts.set(receipt.sha256, receipt.jws)
        for (const row of rows) {
          const { submissionId, hubSequence, deviceSequence } = row
          if (tables.submissions.get(String(hubSequence), true)) throw duplicate('submissions', String(hubSequence))
          const same = tables.byId.get(submissionId, true) ?? []
          if (unique && same.length > 0) throw duplicate('submissions', submissionId)
          tables.submissions.set(String(hubSequence), { ...row, receiptSha256: receipt.sha256 })
          tables.byId.set(submissionId, [...same, hubSequence])
          const number = `${terminalId}/${deviceSequence}`
          tables.byNumber.set(number, [...(tables.byNumber.get(number, true) ?? []), hubSequence])
          tables.highest.set(terminalId, Math.max(deviceSequence, tables.highest.get(terminalId, true) ?? 0))
          if (same.length === 0) tables.cases.set(submissionId, { state: '待打开', faults: '[]', at: null })
          if (chunkSha256s.length > 0) tables.offers.delete(`${terminalId}/${submissionId}`)
        }
        for (const submissionId of renewed?.submissionIds ?? []) {
          const key = String(tables.byId.get(submissionId, true)?.[0])
          const row = tables.submissions.get(key, true)
          if (row === undefined || renewed === undefined) throw new Error('memory store: only what is held is renewed')
          tables.submissions.set(key, { ...row, hubEpoch: renewed.hubEpoch, receiptSha256: receipt.sha256 })
        }
        tables.chain.set(terminalId, receipt.sha256)
        for (const sha256 of chunkSha256s) {
          const chunk = tables.chunks.get(sha256, true)
          if (chunk !== undefined) tables.chunks.set(sha256, { ...chunk, committed: true })
        }
        const last = rows.at(-1)?.hubSequence
        if (last !== undefined) tables.hub.set('1', { ...numbersOf(tables), lastSequence: last })
      }),
    async lastProofAt() {
      const proven = [...tables.epochs.entries(true)].map(([, opened]) => opened).filter(({ why }) => why === 'proof')
      return proven
        .map(({ at }) => at)
        .sort()
        .at(-1)
    },
    openEpoch: ({ epoch: next, at, why, forgotten }) =>
      write(() => {
        if (forgotten !== undefined && tables.epochs.get(forgotten, true) === undefined) {
          tables.epochs.set(forgotten, { why: 'forgotten', at })
        }
        tables.epochs.set(next, { why, at })
        tables.hub.set('1', { ...numbersOf(tables), epoch: next, backedUpThrough: null })
      }),
    saveOffer: (offer) =>
      write(() => {
        const key = `${offer.terminalId}/${offer.submissionId}`
        if (offer.chunks.length === 0) tables.offers.delete(key)
        else tables.offers.set(key, offer)
      }),
    sweepOffers: (before) =>
      write(() => {
        const kept = new Set<string>()
        let [offers, chunks] = [0, 0]
        for (const [key, offer] of [...tables.offers.entries(true)]) {
          if (offer.at < before) {
            offers += offer.chunks.length
            tables.offers.delete(key)
          } else for (const chunk of offer.chunks) kept.add(chunk.sha256)
        }
        for (const [sha256, chunk] of [...tables.chunks.entries(true)]) {
          if (chunk.committed || kept.has(sha256)) continue
          chunks++
          tables.chunks.delete(sha256)
        }
        return { offers, chunks }
      }),
    insertPackage: (published) =>
      write(() => {
        const key = `${published.kind}/${published.version}`
        if (tables.packages.get(key, true) !== undefined) throw duplicate('packages', key)
        tables.packages.set(key, published)
      }),
    async enrolmentCode(codeSha256, terminalId) {
      const code = tables.codes.get(codeSha256, true)
      return code?.terminalId === terminalId ? { usedByKid: code.usedByKid } : undefined
    },
    issueCode: ({ codeSha256, terminalId }) =>
      write(() => tables.codes.set(codeSha256, { terminalId, usedByKid: null })),
    enrolDevice: ({ terminalId, kid, jwk, codeSha256 }) =>
      write(() => {
        tables.codes.set(codeSha256, { terminalId, usedByKid: kid })
        const key = `${terminalId}/${kid}`
        if (tables.terminals.get(key, true) === undefined) {
          tables.terminals.set(key, { terminalId, jwk, revokedAt: null })
        }
      }),
    revokeTerminal: (terminalId, at) =>
      write(() => {
        for (const [key, code] of [...tables.codes.entries(true)]) {
          if (code.terminalId === terminalId && code.usedByKid === null) tables.codes.delete(key)
        }
        let revoked = 0
        for (const [key, device] of [...tables.terminals.entries(true)]) {
          if (device.terminalId !== terminalId || device.revokedAt !== null) continue
          revoked++
          tables.terminals.set(key, { ...device, revokedAt: at })
        }
        return revoked
      }),
  }
}

function duplicate(table: string, key: string): Error {
  return new Error(`memory store: duplicate key in ${table}: ${key}`)
}
