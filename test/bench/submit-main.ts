import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type ApplicationPayload, type SubmitRequest, SubmitRequestSchema } from '../../sync/protocol/submission.ts'
import { limitNote, ms, times } from './render.ts'
import type { Report, Row } from './report.ts'
import { requestOf } from './sample-submission.ts'
import { pairRatios, quantile, round, summarize } from './stats.ts'
import { type BareTimes, openBare } from './submit-bare.ts'
import type { IntakeParts, Marks } from './submit-intake.ts'

/** Issue 3: at most so many times the bare necessary work. */
const LIMIT_P50 = 1.2
const LIMIT_P99 = 1.5
/** Until the engine has compiled both sides; not counted. */
const WARM_UP_PAIRS = 200

/** Where a submission's time went, in milliseconds. */
interface Stages {
  readonly validate: number
  readonly seal: number
  readonly sign: number
  readonly envelope: number
  readonly frame: number
  readonly write: number
  readonly sync: number
  readonly answer: number
}
const STAGES: Readonly<Record<keyof Stages, { what: string; bare: keyof BareTimes | undefined }>> = {
  validate: { what: 'draft, item, answers, number, ticket', bare: undefined },
  seal: { what: 'schemas, JSON, JWE', bare: 'sealMs' },
  sign: { what: 'device signature', bare: 'signMs' },
  envelope: { what: 'envelope text and its hash', bare: undefined },
  frame: { what: 'frame, chain hash, ledger, watchers', bare: undefined },
  write: { what: 'write', bare: 'writeMs' },
  sync: { what: 'fdatasync', bare: 'syncMs' },
  answer: { what: 'log line, answer', bare: undefined },
}

/** Submissions inside main, each in turn with the bare necessary work on the same disk. */
export async function measureInMain(options: {
  readonly parts: IntakeParts
  readonly payload: ApplicationPayload
  readonly pairs: number
  readonly tell: (line: string) => void
}): Promise<Report> {
  const { parts, payload, pairs, tell } = options
  const { marks } = parts
  const bare = await openBare({
    file: join(parts.journalDir, 'bare.bin'),
    sealKey: parts.sealKey,
    payload: JSON.stringify(payload),
    summary: sampleSummary(payload),
  })

  const intakeMs: number[] = []
  const bareTimes: BareTimes[] = []
  const stages: Stages[] = []
  const parseMs: number[] = []
  const syncs: number[] = []
  let frameBytes = 0
  let lastId = ''
  const problems: string[] = []
  try {
    for (let turn = -WARM_UP_PAIRS; turn < pairs; turn += 1) {
      if (turn % 100 === 0) tell(`pair ${turn} of ${pairs}`)
      const request = JSON.parse(JSON.stringify(requestOf(payload))) as SubmitRequest
      const parseBeganMs = performance.now()
      SubmitRequestSchema.parse(request)
      const parseTookMs = performance.now() - parseBeganMs

      // Whoever goes second finds a disk that was just flushed: they take turns.
      const before = turn % 2 === 0 && frameBytes > 0 ? await bare.once(frameBytes) : undefined
      await idle()
      Object.assign(marks, { writeTookMs: 0, syncTookMs: 0, writtenBytes: 0, syncs: 0 })
      const beganMs = performance.now()
      const answer = await parts.intake.submit(request)
      const endedMs = performance.now()
      if (!answer.ok) throw new Error(`not accepted: ${answer.fault} ${JSON.stringify(answer.fields)}`)
      lastId = answer.accepted.submissionId
      const taken = { ...marks }
      frameBytes = taken.writtenBytes
      await idle()
      const bareTime = before ?? (await bare.once(frameBytes))
      if (turn < 0) continue
      intakeMs.push(endedMs - beganMs)
      bareTimes.push(bareTime)
      stages.push(stagesOf(taken, beganMs, endedMs))
      syncs.push(taken.syncs)
      parseMs.push(parseTookMs)
    }
    const found = await parts.verify(lastId)
    if (found.accepted !== pairs + WARM_UP_PAIRS) problems.push(`the ledger holds ${found.accepted} submissions`)
    if (found.envelopeBytes === undefined) problems.push('the last submission could not be read back from disk')
    if (Math.min(...syncs) < 1) problems.push('a submission was answered without any fdatasync')
    const measured = { intakeMs, bareTimes, stages, parseMs, syncs }
    return report(measured, Buffer.byteLength(JSON.stringify(payload)), found.envelopeBytes ?? 0, frameBytes, problems)
  } finally {
    await bare.close()
  }
}

/** What either side left to be done later, a log line for instance, is done before the other begins. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

interface Measured {
  readonly intakeMs: readonly number[]
  readonly bareTimes: readonly BareTimes[]
  readonly stages: readonly Stages[]
  readonly parseMs: readonly number[]
  readonly syncs: readonly number[]
}

function report(
  { intakeMs, bareTimes, stages, parseMs, syncs }: Measured,
  payloadBytes: number,
  envelopeBytes: number,
  frameBytes: number,
  problems: readonly string[],
): Report {
  const bareMs = bareTimes.map((each) => each.totalMs)
  const intake = summarize(intakeMs)
  const bare = summarize(bareMs)
  const pair = summarize(pairRatios(intakeMs, bareMs))
  const ratioP50 = quantile(intakeMs, 0.5) / quantile(bareMs, 0.5)
  const ratioP99 = quantile(intakeMs, 0.99) / quantile(bareMs, 0.99)
  const syncsPerSubmission = syncs.reduce((sum, each) => sum + each, 0) / syncs.length

  const profile: Record<string, { intakeP50Ms: number; bareP50Ms: number; moreP50Ms: number }> = {}
  const stageRows: Row[] = Object.entries(STAGES).map(([key, { what, bare: peer }]) => {
    const ours = quantile(
      stages.map((each) => each[key as keyof Stages]),
      0.5,
    )
    const theirs =
      peer === undefined
        ? 0
        : quantile(
            bareTimes.map((each) => each[peer]),
            0.5,
          )
    profile[key] = { intakeP50Ms: round(ours), bareP50Ms: round(theirs), moreP50Ms: round(ours - theirs) }
    return {
      what: `  ${key}: ${what}`,
      value: ms(ours, 3),
      beside: peer === undefined ? 'bare: none' : `bare ${ms(theirs, 3)}`,
    }
  })

  return {
    problems,
    rows: [
      { what: 'submit to durable answer, p50', value: ms(intake.p50, 3), beside: `bare ${ms(bare.p50, 3)}` },
      { what: '… p25 to p75', value: `${intake.p25} to ${intake.p75}`, beside: `bare ${bare.p25} to ${bare.p75}` },
      { what: '… p99', value: ms(intake.p99, 3), beside: `bare ${ms(bare.p99, 3)}` },
      { what: 'ratio of the p50', value: times(ratioP50), beside: limitNote(times(LIMIT_P50), ratioP50 <= LIMIT_P50) },
      {
        what: 'ratio within pairs, p50',
        value: times(pair.p50),
        beside: `p25 ${times(pair.p25)}, p75 ${times(pair.p75)}`,
      },
      {
        what: 'ratio of the p99',
        value: times(ratioP99),
        beside: limitNote(times(LIMIT_P99), ratioP99 <= LIMIT_P99),
      },
      { what: 'where the p50 goes', value: '' },
      ...stageRows,
      {
        what: 'contract check before it, p50',
        value: ms(quantile(parseMs, 0.5), 3),
        beside: 'not in the figures above',
      },
      { what: 'fdatasync per submission', value: syncsPerSubmission.toFixed(2), beside: 'at least 1' },
      { what: 'payload, envelope, frame', value: `${payloadBytes}, ${envelopeBytes}, ${frameBytes} bytes` },
    ],
    figures: {
      pairs: intakeMs.length,
      ratioP50: round(ratioP50),
      limitP50: LIMIT_P50,
      withinP50: ratioP50 <= LIMIT_P50,
      ratioP99: round(ratioP99),
      limitP99: LIMIT_P99,
      withinP99: ratioP99 <= LIMIT_P99,
      pairRatioP50: pair.p50,
      intakeP50Ms: intake.p50,
      intakeP99Ms: intake.p99,
      bareP50Ms: bare.p50,
      bareP99Ms: bare.p99,
      fdatasyncsPerSubmission: round(syncsPerSubmission, 2),
      payloadBytes,
      envelopeBytes,
      frameBytes,
      contractCheckP50Ms: round(quantile(parseMs, 0.5)),
      profile,
      spread: { intakeMs: intake, bareMs: bare, pairRatio: pair },
    },
  }
}

function stagesOf(marks: Marks, beganMs: number, endedMs: number): Stages {
  return {
    validate: marks.numberedMs - beganMs,
    seal: marks.signMs - marks.numberedMs,
    sign: marks.signedMs - marks.signMs,
    envelope: marks.appendMs - marks.signedMs,
    frame: marks.appendedMs - marks.appendMs - marks.writeTookMs - marks.syncTookMs,
    write: marks.writeTookMs,
    sync: marks.syncTookMs,
    answer: endedMs - marks.appendedMs,
  }
}

/** As long as the summary that intake signs. */
function sampleSummary(payload: ApplicationPayload): Record<string, unknown> {
  const { kind, submissionId, item, acceptedAt } = payload
  const sha256 = randomBytes(32).toString('hex')
  const place = { terminalId: 'YZ-NQ-03', deviceSequence: 100, ticket: 'A1B2C3D4' }
  return { v: 1, kind, submissionId, ...place, item, secretSha256: sha256, acceptedAt, sealedSha256: sha256 }
}
