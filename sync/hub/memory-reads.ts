import { PackageKindSchema } from '../protocol/receipt.ts'
import { memoryBindingReads } from './memory-bindings.ts'
import { memoryHandoverReads } from './memory-handovers.ts'
import { memoryNoticeReads } from './memory-notices.ts'
import { memoryPersonReads } from './memory-persons.ts'
import { memoryStaffReads } from './memory-staff.ts'
import type { MemoryTables } from './memory-tables.ts'
import type { Held, HubReads, NewPackage } from './store.ts'

/** The reads of the memory store: `own` sees what the running transaction wrote. `checksIds` false: no look-up by id. */
export function memoryReads(tables: MemoryTables, own: boolean, checksIds: boolean): HubReads {
  const hub = () => {
    const row = tables.hub.get('1', own)
    if (row === undefined) throw new Error('memory store: nobody founded this hub')
    return row
  }
  const rowAt = (hubSequence: number) => tables.submissions.get(String(hubSequence), own)
  const firstById = (submissionId: string) => {
    const sequence = checksIds ? tables.byId.get(submissionId, own)?.[0] : undefined
    return sequence === undefined ? undefined : rowAt(sequence)
  }
  const newest = (kind: string): NewPackage | undefined => {
    let found: NewPackage | undefined
    for (const [, row] of tables.packages.entries(own)) {
      if (row.kind === kind && (found === undefined || row.version > found.version)) found = row
    }
    return found
  }
  const reads: HubReads = {
    ...memoryStaffReads(tables, own),
    ...memoryHandoverReads(tables, own),
    ...memoryPersonReads(tables, own),
    ...memoryBindingReads(tables, own),
    ...memoryNoticeReads(tables, own),
    async stand() {
      const { epoch, lastSequence, backedUpThrough } = hub()
      return { hubEpoch: epoch, hubSequence: lastSequence, backedUpThrough }
    },
    async held(submissionIds) {
      const found = new Map<string, Held>()
      for (const id of submissionIds) {
        const row = firstById(id)
        const receipt = row === undefined ? undefined : tables.receipts.get(row.receiptSha256, own)
        if (row === undefined || receipt === undefined) continue
        const { terminalId, deviceSequence, hubEpoch, sha256, hubSequence, receiptSha256 } = row
        found.set(id, { terminalId, deviceSequence, hubEpoch, sha256, hubSequence, receiptSha256, receipt })
      }
      return found
    },
    async heldHashes(submissionIds) {
      const found = new Map<string, string>()
      for (const id of submissionIds) {
        const row = firstById(id)
        if (row !== undefined) found.set(id, row.sha256)
      }
      return found
    },
    async heldInRange(terminalId, from, through, limit) {
      const found = []
      const end = Math.min(through, tables.highest.get(terminalId, own) ?? 0)
      for (let number = from; number <= end && found.length < limit; number++) {
        for (const sequence of tables.byNumber.get(`${terminalId}/${number}`, own) ?? []) {
          const row = rowAt(sequence)
          if (row === undefined || found.length >= limit) continue
          found.push({ deviceSequence: number, submissionId: row.submissionId, sha256: row.sha256 })
        }
      }
      return found
    },
    async arrivalFacts({ terminalId, submissionIds, deviceSequences, kids }) {
      const isUsed = (number: number) => tables.byNumber.get(`${terminalId}/${number}`, own) !== undefined
      const keys = kids.map((kid) => [kid, tables.terminals.get(`${terminalId}/${kid}`, own)] as const)
      return {
        held: await reads.held(submissionIds),
        usedDeviceSequences: new Set(deviceSequences.filter(isUsed)),
        revokedAt: new Map(keys.flatMap(([kid, key]) => (key === undefined ? [] : [[kid, key.revokedAt]]))),
        chainHead: await reads.chainHead(terminalId),
      }
    },
    async deviceKey(terminalId, kid) {
      const row = tables.terminals.get(`${terminalId}/${kid}`, own)
      return row === undefined ? undefined : { jwk: row.jwk, revokedAt: row.revokedAt }
    },
    async chainHead(terminalId) {
      return tables.chain.get(terminalId, own) ?? null
    },
    async markFacts(mark) {
      const row = rowAt(mark.hubSequence)
      return {
        currentEpoch: hub().epoch,
        knowsEpoch: tables.epochs.get(mark.hubEpoch, own) !== undefined,
        row:
          row === undefined
            ? undefined
            : { terminalId: row.terminalId, hubEpoch: row.hubEpoch, receiptSha256: row.receiptSha256 },
      }
    },
    async chunkSizes(sha256s) {
      const sizes = new Map<string, number>()
      for (const sha256 of sha256s) {
        const chunk = tables.chunks.get(sha256, own)
        if (chunk !== undefined) sizes.set(sha256, chunk.content.byteLength)
      }
      return sizes
    },
    async chunk(sha256) {
      return tables.chunks.get(sha256, own)?.content
    },
    async offeredSizes(sha256) {
      const sizes = new Set<number>()
      for (const [, offer] of tables.offers.entries(own)) {
        for (const chunk of offer.chunks) if (chunk.sha256 === sha256) sizes.add(chunk.bytes)
      }
      return [...sizes]
    },
    async openOfferBytes(terminalId, exceptSubmissionId) {
      let open = 0
      for (const [, offer] of tables.offers.entries(own)) {
        if (offer.terminalId !== terminalId || offer.submissionId === exceptSubmissionId) continue
        for (const chunk of offer.chunks) open += chunk.bytes
      }
      return open
    },
    async caseChanges(terminalId, after, limit) {
      const found = []
      for (const [, { terminalId: owner, sequence, ...change }] of tables.changes.entries(own)) {
        if (owner === terminalId && sequence !== null && sequence > after) found.push({ sequence, ...change })
      }
      return found.sort((a, b) => a.sequence - b.sequence).slice(0, limit)
    },
    async hasCaseChange(terminalId, sequence) {
      return tables.changeBySequence.get(String(sequence), own) === terminalId
    },
    async newestCaseSequence(terminalId) {
      return tables.newestChange.get(terminalId, own) ?? 0
    },
    async waitingCases(limit, except) {
      const left = new Set(except)
      const waiting = []
      for (const [, row] of tables.submissions.entries(own)) {
        if (waiting.length >= limit) break
        if (left.has(row.submissionId) || tables.cases.get(row.submissionId, own)?.state !== '待打开') continue
        waiting.push({ submissionId: row.submissionId, envelope: row.envelope })
      }
      return waiting
    },
    async feedbackCounts() {
      return {
        ratings: countBy([...tables.ratings.entries(own)].map(([, { level }]) => level)),
        complaints: countBy([...tables.complaints.entries(own)].map(([, { sort }]) => sort)),
      }
    },
    async newestPackage(kind) {
      const found = newest(kind)
      if (found === undefined) return undefined
      const { version, epoch, manifest, content, sha256, origin } = found
      return { version, epoch, manifest, content, sha256, origin }
    },
    async packageVersions() {
      return Object.fromEntries(
        PackageKindSchema.options.flatMap((kind) => {
          const found = newest(kind)
          return found === undefined ? [] : [[kind, found.version]]
        }),
      )
    },
    async packageContents(kind) {
      const all = [...tables.packages.entries(own)].map(([, row]) => row).filter((row) => row.kind === kind)
      return all.sort((a, b) => b.version - a.version).map((row) => row.content)
    },
  }
  return reads
}

function countBy<Key>(keys: readonly Key[]): ReadonlyMap<Key, number> {
  const counts = new Map<Key, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}
