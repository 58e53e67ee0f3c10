import type { Licence, Person, SharedValue } from '../protocol/person.ts'

/**
 * Where the hub learns what departments know of a person. A province puts its own in the place of the sample ones
 * (sample/persons.ts). Both throw when the department does not answer: then that kind is not told.
 */
export interface SharedDataAdapter {
  /** @param keys only what the item names and she agreed to. */
  of(person: Person, keys: readonly string[]): Promise<readonly SharedValue[]>
}
export interface LicencesAdapter {
  /** @param types type codes of 21 characters; only what the item takes in place of a paper. */
  of(person: Person, types: readonly string[]): Promise<readonly Licence[]>
}
export interface PersonAdapters {
  readonly sharedData: SharedDataAdapter
  readonly licences: LicencesAdapter
}
