import { SAMPLE_PERSONS, type SamplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import { sampleCatalogue } from '../../sync/hub/sample/catalogue.ts'
import type { AnswerContext, Answers } from '../../sync/protocol/answers.ts'
import { applicantOf } from '../../sync/protocol/identity.ts'
import { unmetPreconditions } from '../../sync/protocol/preconditions.ts'
import type { ServiceItem } from '../../sync/protocol/service-item.ts'
import type { Applicant } from '../../sync/protocol/submission.ts'
import { makeAnswers, pickFrom } from '../../sync/protocol/testing/answer-maker.ts'
import type { JourneyPlan } from './journey-plan.ts'

/** Of so many sets of answers the shortest is taken: journeys are about the pages, not about ten family members. */
const SETS = 12

/** Every sample item in both modes, each with somebody who may have it and answers that are good. */
export function plansFor(today: string): readonly JourneyPlan[] {
  return sampleCatalogue.items.flatMap((item) => {
    const { person, applicant } = personFor(item, today)
    const context = { today, divisions: sampleCatalogue.divisions, applicant }
    const answers = modest(item, shortest(item, context))
    return (['standard', 'elder'] as const).map((mode) => ({ item, mode, person, answers }))
  })
}

function personFor(item: ServiceItem, today: string): { readonly person: SamplePerson; readonly applicant: Applicant } {
  for (const person of [...SAMPLE_PERSONS].reverse()) {
    const { name } = person.fields
    // The newborn has no say of her own.
    if (name === undefined || person.fields.birth?.startsWith('2026') === true) continue
    const read = applicantOf(person.cardType, person.fields, `${today}T04:00:00.000Z`, today)
    if (read.ok && unmetPreconditions(item, read.applicant, today).length === 0)
      return { person, applicant: read.applicant }
  }
  throw new Error(`${item.id}: nobody among the sample persons may have it`)
}

/** The least of each sum that is asked for: within whatever a department says that there is. */
function modest(item: ServiceItem, answers: Answers): Answers {
  const least = item.fields.flatMap((field) =>
    field.type === 'amount' && field.prefill === undefined && answers[field.id] !== undefined
      ? [[field.id, String(field.minFen / 100)] as const]
      : [],
  )
  return { ...answers, ...Object.fromEntries(least) }
}

function shortest(item: ServiceItem, context: AnswerContext): Answers {
  const sets = Array.from({ length: SETS }, (_, seed) => makeAnswers(item, context, pickFrom(seed + 1)))
  const [first, ...others] = sets
  if (first === undefined) throw new Error('no answers were made')
  return others.reduce((best, each) => (Object.keys(each).length < Object.keys(best).length ? each : best), first)
}
