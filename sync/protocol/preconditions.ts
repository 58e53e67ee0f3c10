import { ageOn, isRealDate } from './id-number.ts'
import { type Citizen, citizenMeets } from './item-conditions.ts'
import type { Precondition, ServiceItem } from './service-item.ts'

export interface Unmet {
  readonly precondition: Precondition
  /** ISO date on which the age will be reached, when nothing else stands in the way. */
  readonly reachedOn: string | null
}

/**
 * What a citizen does not meet of an item's preconditions, before the first question; none when all is well. Nobody is
 * turned down by it: each says the way on.
 */
export function unmetPreconditions(
  item: Pick<ServiceItem, 'preconditions'>,
  citizen: Citizen,
  today: string,
): readonly Unmet[] {
  return (item.preconditions ?? []).flatMap((precondition) =>
    citizenMeets(precondition.must, citizen, today)
      ? []
      : [{ precondition, reachedOn: reachedOn(precondition, citizen, today) }],
  )
}

function reachedOn({ must }: Precondition, citizen: Citizen, today: string): string | null {
  if (!('age' in must) || must.age.atLeast === undefined) return null
  if (ageOn(citizen.birth, today) >= must.age.atLeast) return null
  const year = Number(citizen.birth.slice(0, 4)) + must.age.atLeast
  const birthday = `${year}${citizen.birth.slice(4)}`
  // Born on 29 February: a year older on 1 March where the year has none.
  return isRealDate(birthday) ? birthday : `${year}-03-01`
}
