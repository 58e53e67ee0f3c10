import type { CampaignReport } from './campaign.ts'
import type { Break } from './inside/control.ts'
import type { Episode } from './schedule.ts'

export interface OutcomeInput {
  readonly seed: number
  readonly submissions: number
  readonly schedule: readonly Episode[]
  readonly report: CampaignReport
  readonly skipped: Readonly<Record<string, string>>
  readonly broken: Break | null
  readonly seconds: number
}

/** The report's JSON, whether it holds, and how many episodes it took to fail. */
export function outcomeOf(input: OutcomeInput): {
  readonly json: Readonly<Record<string, unknown>>
  readonly holds: boolean
  readonly failedBy: number
} {
  const { report, broken } = input
  const halls = Object.values(report.halls)
  const sum = (of: (hall: (typeof halls)[number]) => number) => halls.reduce((total, hall) => total + of(hall), 0)
  const lost = sum((hall) => hall.findings.lost.length)
  const duplicated = sum((hall) => hall.findings.duplicated.length + hall.findings.draftsTwice.length)
  const promisedAheadOfJournal = sum((hall) => hall.findings.promisedAheadOfJournal.length)
  const unproven = sum((hall) => hall.findings.unproven.length)
  const hiddenRefusals = sum((hall) => hall.findings.hiddenRefusals.length)
  const badReceipts = sum((hall) => hall.badReceipts)
  const problems = halls.flatMap((hall) => hall.problems)
  const promised = sum((hall) => hall.promised)
  const undelivered = halls.filter((hall) => !hall.drained).length
  if (broken !== null && !halls.some((hall) => hall.breakBit)) problems.push(`--break ${broken} never bit`)
  const holds =
    promised > 0 &&
    lost + duplicated + promisedAheadOfJournal + unproven + hiddenRefusals + badReceipts + undelivered === 0 &&
    problems.length === 0
  return {
    holds,
    failedBy: failedBy(input),
    json: {
      lost,
      duplicated,
      promisedAheadOfJournal,
      unproven,
      hiddenRefusals,
      badReceipts,
      hallsNotDrained: undelivered,
      holds,
      seed: input.seed,
      submissions: input.submissions,
      episodes: input.schedule.length,
      promised,
      received: sum((hall) => hall.hubRows),
      receipts: sum((hall) => hall.receipts),
      answersLost: sum((hall) => hall.told.unknown),
      withAttachments: sum((hall) => hall.told.planted),
      rowsForgottenByRestores: sum((hall) => hall.told.rowsForgotten),
      quarantinedAndPutBack: merged(halls.map((hall) => hall.told.quarantined)),
      refusedAtTheScreen: merged(halls.map((hall) => hall.told.refused)),
      quarantinedAtTheEnd: merged(halls.map((hall) => hall.findings.quarantined)),
      faultsThatStruck: report.struck.total,
      struck: report.struck.counts(),
      skipped: input.skipped,
      halls: Object.fromEntries(
        Object.entries(report.halls).map(([kind, { promised: own, hubRows, disk, clockBy }]) => [
          kind,
          { promised: own, hubRows, disk, clockBy },
        ]),
      ),
      problems,
      ...(broken === null ? {} : { break: broken }),
      node: process.version,
      seconds: input.seconds,
    },
  }
}

/** Up to the episode of the last submission that went wrong: a shorter prefix has not seen them all. */
function failedBy({ report, schedule }: OutcomeInput): number {
  const wrong = Object.values(report.halls).flatMap(({ findings }) => [...findings.lost, ...findings.unproven])
  const numbers = wrong.map(({ episode }) => episode).filter((number) => number > 0)
  return numbers.length === 0 ? schedule.length : Math.min(...numbers)
}

function merged(counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const all: Record<string, number> = {}
  for (const each of counts) for (const [name, count] of Object.entries(each)) all[name] = (all[name] ?? 0) + count
  return all
}
