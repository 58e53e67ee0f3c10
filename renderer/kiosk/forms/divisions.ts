import { type Division, divisionLevel, type FieldOf } from '../../../sync/protocol/service-item.ts'
import { local, say } from '../../ui/strings/say.ts'

type PlaceField = Pick<FieldOf<'division' | 'address'>, 'level'>
export type Level = PlaceField['level']

export const LEVELS: readonly Level[] = ['province', 'prefecture', 'county']

/** The levels that an answer of this field goes through. */
export function levelsOf(field: PlaceField): readonly Level[] {
  return LEVELS.slice(0, LEVELS.indexOf(field.level) + 1)
}

/** The code of the place of `level` that `code` lies in. */
export function codeAt(code: string, level: Level): string {
  if (level === 'province') return `${code.slice(0, 2)}0000`
  return level === 'prefecture' ? `${code.slice(0, 4)}00` : code
}

/** True when `child` lies in `parent`, of whatever levels. */
export function liesIn(child: string, parent: string): boolean {
  const depth = divisionLevel(parent) === 'province' ? 2 : divisionLevel(parent) === 'prefecture' ? 4 : 6
  return child.slice(0, depth) === parent.slice(0, depth)
}

/**
 * What stands in one column: the places of `level` inside `parent`. Where a province has no prefectures (a
 * municipality), its counties stand in the second column.
 */
export function placesIn(divisions: readonly Division[], level: Level, parent: string | null): readonly Division[] {
  const inside = divisions.filter((place) => parent === null || (place.code !== parent && liesIn(place.code, parent)))
  return inside.filter((place) => divisionLevel(place.code) === level)
}

/** Likely places first (the card's), the rest as the catalogue has them. */
export function likelyFirst(places: readonly Division[], likely: string | null): readonly Division[] {
  if (likely === null) return places
  const isLikely = (place: Division) => liesIn(likely, place.code)
  return [...places.filter(isLikely), ...places.filter((place) => !isLikely(place))]
}

/** Province, prefecture and county by name, outermost first. */
export function placeName(divisions: readonly Division[], code: string): string {
  const names = LEVELS.map((level) => codeAt(code, level))
    .filter((part, index, all) => all.indexOf(part) === index)
    .flatMap((part) => divisions.find((place) => place.code === part) ?? [])
    .map((place) => local(place.name))
  return names.length === 0 ? code : names.join(say('division.join'))
}
