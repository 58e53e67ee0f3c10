import type { PutResult, Received, Submission } from '../../sync/hub-client/answers.ts'
import type { Failed } from '../../sync/hub-client/call-failure.ts'
import type { HubClient } from '../../sync/hub-client/hub-client.ts'
import type { ContactAnswer } from '../../sync/protocol/contact.ts'
import { EPOCH, NOW, TERMINAL_ID } from './fixtures.ts'

interface FakeRow {
  readonly sha256: string
  readonly hubSequence: number
  readonly hubEpoch: string
  readonly receipt: string
}

/**
 * A hub behind its client, for tests of what main makes of its answers: it holds rows, has an epoch, and can be away or
 * be put back to an older state. It proves nothing: that is the hub client's to test.
 */
export interface FakeHub extends HubClient {
  /** Each with its stored receipt: given back as it is within its epoch, signed anew in another. */
  readonly rows: Map<string, FakeRow>
  epoch: string
  sequence: number
  backedUpThrough: number | null
  isAway: boolean
  /** Puts the rows back to the first so many, as a restored backup would. */
  restore(rows: number): void
  /** What its next contact answers add. */
  more: Partial<ContactAnswer>
  readonly calls: string[]
}

export const AWAY: Failed = { outcome: 'failed', why: 'timed-out', hubWide: true, retryAfterMs: null, detail: '' }

/** `nowMs` is the time since NOW. */
export function fakeHub(nowMs: () => number): FakeHub {
  const marks = new Set<string>()
  const unchanged = async () => ({ outcome: 'unchanged' as const })

  function take({ submissionId, sha256 }: Submission, fresh: string): Received {
    const held = hub.rows.get(submissionId)
    const isCurrent = held?.hubEpoch === hub.epoch
    const row = isCurrent
      ? held
      : { sha256, hubSequence: held?.hubSequence ?? ++hub.sequence, hubEpoch: hub.epoch, receipt: fresh }
    hub.rows.set(submissionId, row)
    const { hubSequence, hubEpoch, receipt } = row
    marks.add(`${hubEpoch}:${hubSequence}`)
    return { outcome: 'received', receipt, hubSequence, hubEpoch }
  }
  const nowIso = () => new Date(Date.parse(NOW) + nowMs()).toISOString()
  const stamp = () => ({ terminalId: TERMINAL_ID, nonce: 'n'.repeat(16), at: nowIso(), hubEpoch: hub.epoch })
  /** As far as the journal looks into a receipt; another one each time. */
  const receipt = () => {
    const payload = Buffer.from(JSON.stringify({ receivedAt: nowIso() })).toString('base64url')
    return `call-${hub.calls.length}.${payload}.signature`
  }

  const hub: FakeHub = {
    rows: new Map(),
    epoch: EPOCH,
    sequence: 0,
    backedUpThrough: null,
    isAway: false,
    more: {},
    calls: [],
    restore(count) {
      const kept = [...hub.rows].slice(0, count)
      hub.rows.clear()
      for (const [id, row] of kept) hub.rows.set(id, row)
      hub.sequence = count
      marks.clear()
      for (const [, row] of kept) marks.add(`${row.hubEpoch}:${row.hubSequence}`)
    },
    async putSubmission(submission) {
      if (hub.isAway) return AWAY
      hub.calls.push('putSubmission')
      return take(submission, receipt())
    },
    async putBatch(submissions) {
      if (hub.isAway) return AWAY
      hub.calls.push('putBatch')
      const shared = receipt()
      const results = new Map<string, PutResult>(submissions.map((each) => [each.submissionId, take(each, shared)]))
      return { outcome: 'answered', results }
    },
    offerChunks: async () => AWAY,
    putChunk: async () => AWAY,
    async ping() {
      if (hub.isAway) return { connection: 'hub-silent', failed: AWAY }
      return { connection: 'connected', hubEpoch: hub.epoch, at: nowIso() }
    },
    async contact({ mark }, _key, _keySet, proof) {
      if (hub.isAway) return AWAY
      hub.calls.push(proof === undefined ? 'contact' : 'contact with proof')
      const isKnown = mark === null || mark.hubEpoch !== hub.epoch || marks.has(`${mark.hubEpoch}:${mark.hubSequence}`)
      if (!isKnown && proof !== undefined) hub.epoch = '22222222-2222-4222-8222-222222222222'
      const stand = { hubSequence: hub.sequence, backedUpThrough: hub.backedUpThrough, keySetVersion: 1 }
      const answer: ContactAnswer = {
        kind: 'contact-answer',
        ...stamp(),
        ...stand,
        packages: {},
        caseSequence: 0,
        proofWanted: !isKnown && proof === undefined,
        ...hub.more,
      }
      return { outcome: 'answered', answer }
    },
    async reconcile({ items }) {
      if (hub.isAway) return AWAY
      hub.calls.push('reconcile')
      const missing = items.flatMap(({ submissionId }) => (hub.rows.has(submissionId) ? [] : [submissionId]))
      return {
        outcome: 'answered',
        answer: { kind: 'reconcile-answer', ...stamp(), missing, mismatched: [], unlisted: [] },
      }
    },
    pullCases: async () => AWAY,
    pullStaffList: async () => AWAY,
    putHandover: async () => AWAY,
    takeHandover: async () => AWAY,
    endHandover: async () => AWAY,
    redeemCode: async () => AWAY,
    askPerson: async () => AWAY,
    getPackage: unchanged,
    getKeySet: async () => AWAY,
    enrol: async () => AWAY,
  }
  return hub
}
