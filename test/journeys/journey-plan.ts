import type { SamplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import type { Answers } from '../../sync/protocol/answers.ts'
import type { ServiceItem } from '../../sync/protocol/service-item.ts'

export interface JourneyPlan {
  readonly item: ServiceItem
  readonly mode: 'standard' | 'elder'
  readonly person: SamplePerson
  readonly answers: Answers
}
