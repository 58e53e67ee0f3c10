import type { HubClient } from '../sync/hub-client/hub-client.ts'
import type { ContactAnswer } from '../sync/protocol/contact.ts'
import type { KeySet } from '../sync/protocol/keys.ts'
import { type PackageKind, PackageKindSchema } from '../sync/protocol/receipt.ts'
import type { CaseBook } from './cases.ts'
import type { Log } from './events.ts'
import type { Packages, VerifiedPackage } from './packages.ts'
import type { StaffListKeeper } from './staff-list.ts'
import type { Trust } from './trust.ts'

/** A package that was refused is asked for again after this: every contact names it, and it may be large. */
const REFUSED_AGAIN_MS = 10 * 60_000
const CASE_PAGE = 1000

export interface PullParts {
  readonly terminalId: string
  readonly hub: Pick<HubClient, 'getPackage' | 'pullCases' | 'pullStaffList'>
  readonly trust: Pick<Trust, 'deviceKey' | 'keySet'>
  readonly packages: Pick<Packages, 'have' | 'take'>
  readonly cases: CaseBook
  /** Without it nobody can help here, and no list is asked for. */
  readonly staffList?: Pick<StaffListKeeper, 'have' | 'take'>
  readonly monotonicMs: () => number
  readonly log: Log
}

/** Fetches what a contact's answer names as newer than what is held (design.md section 4, step 9). */
export interface Pulling {
  /** Throws what the disk throws; the next contact goes on. */
  after(answer: ContactAnswer): Promise<void>
}

export function createPulling(parts: PullParts): Pulling {
  const { terminalId, hub, trust, packages, cases, log } = parts
  /** What the hub named when a kind was last settled, and until when that counts. */
  const settled = new Map<PackageKind, { readonly named: string; readonly untilMs: number }>()

  async function fetchPackage(kind: PackageKind, version: number, hubEpoch: string, keySet: KeySet): Promise<void> {
    const have = packages.have(kind)
    if (have !== null && have.version === version && have.hubEpoch === hubEpoch) return
    const named = `${hubEpoch}:${version}`
    const last = settled.get(kind)
    if (last?.named === named && parts.monotonicMs() < last.untilMs) return
    const settle = (forMs: number) => void settled.set(kind, { named, untilMs: parts.monotonicMs() + forMs })

    const answer = await hub.getPackage(kind, have, keySet)
    switch (answer.outcome) {
      case 'verified': {
        const { manifest, content, signed } = answer
        await packages.take({ kind, manifest, content, signed } as VerifiedPackage, hubEpoch)
        return settle(Number.POSITIVE_INFINITY)
      }
      case 'older':
        log('package-refused', { kind, source: 'hub', fault: 'older', offered: answer.version })
        return settle(Number.POSITIVE_INFINITY)
      case 'unchanged':
      case 'not-published':
        return settle(Number.POSITIVE_INFINITY)
      case 'failed':
        if (answer.why !== 'bad-receipt') return
        log('package-refused', { kind, source: 'hub', fault: 'bad-signature', detail: answer.detail })
        return settle(REFUSED_AGAIN_MS)
    }
  }

  async function pullCases(answer: ContactAnswer, keySet: KeySet): Promise<void> {
    const { checkpoint } = cases
    if (checkpoint === null && answer.caseSequence === 0) return
    const sameEpoch = checkpoint?.hubEpoch === answer.hubEpoch
    if (sameEpoch && answer.caseSequence <= (checkpoint?.sequence ?? 0)) return
    let changes = 0
    for (;;) {
      const facts = { terminalId, checkpoint: cases.checkpoint, limit: CASE_PAGE }
      const pulled = await hub.pullCases(facts, trust.deviceKey, keySet)
      if (pulled.outcome !== 'answered') return
      await cases.take(pulled.answer)
      changes += pulled.answer.changes.length
      if (!pulled.answer.more) break
    }
    log('cases-pulled', { changes })
  }

  async function pullStaffList({ staffListVersion, hubEpoch }: ContactAnswer, keySet: KeySet): Promise<void> {
    const { staffList } = parts
    if (staffList === undefined || staffListVersion === undefined) return
    const have = staffList.have()
    if (have !== null && have.version === staffListVersion && have.hubEpoch === hubEpoch) return
    // One that was refused is asked for again at the next contact: it is small.
    const pulled = await hub.pullStaffList(terminalId, trust.deviceKey, keySet)
    if (pulled.outcome === 'verified') await staffList.take(pulled, hubEpoch)
    else if (pulled.outcome === 'failed' && pulled.why === 'bad-receipt') {
      log('staff-list-refused', { source: 'hub', fault: 'bad-signature', detail: pulled.detail })
    }
  }

  return {
    async after(answer) {
      const keySet = trust.keySet()
      if (keySet === undefined) return
      for (const kind of PackageKindSchema.options) {
        const version = answer.packages[kind]
        if (version !== undefined) await fetchPackage(kind, version, answer.hubEpoch, keySet)
      }
      await pullStaffList(answer, keySet)
      await pullCases(answer, keySet)
    },
  }
}
