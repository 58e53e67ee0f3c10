import layout from 'simple-keyboard-layouts/build/layouts/chinese.js'

/**
 * How characters are read: the table of the pinyin keyboard turned round, so that whatever the keyboard can write the
 * search can find. 6,763 characters (GB 2312), 404 syllables without tones, every common reading of a character.
 */
export interface Readings {
  /** Syllables of a character, the likeliest first; empty when it is in no row. */
  of(character: string): readonly string[]
  readonly syllables: ReadonlySet<string>
}

/** ü is v on this keyboard; people write u as well. */
const WITHOUT_KEY: Readonly<Record<string, readonly string[]>> = {
  lv: ['lu'],
  nv: ['nu'],
  lve: ['lue'],
  nve: ['nue'],
}
const NONE: readonly string[] = []

/** A row is ordered by how often its characters are meant: the reading in whose row a character stands first is its own. */
function turnRound(rows: Readonly<Record<string, string>>): Readings {
  const found = new Map<string, { readonly syllable: string; readonly place: number }[]>()
  const syllables = new Set<string>()
  for (const [syllable, row] of Object.entries(rows)) {
    syllables.add(syllable)
    for (const [place, character] of row.split(' ').entries()) {
      const others = found.get(character)
      if (others === undefined) found.set(character, [{ syllable, place }])
      else others.push({ syllable, place })
    }
  }
  for (const more of Object.values(WITHOUT_KEY)) for (const syllable of more) syllables.add(syllable)
  const readings = new Map<string, readonly string[]>()
  for (const [character, places] of found) {
    places.sort((a, b) => a.place - b.place || (a.syllable < b.syllable ? -1 : 1))
    readings.set(character, [
      ...new Set(places.flatMap(({ syllable }) => [syllable, ...(WITHOUT_KEY[syllable] ?? NONE)])),
    ])
  }
  return { of: (character) => readings.get(character) ?? NONE, syllables }
}

export const readings: Readings = turnRound(
  (layout as { layoutCandidates?: Record<string, string> }).layoutCandidates ?? {},
)

/** How a syllable is written by someone who does not hear z from zh, or n from ng (also the other way round). */
export function accentsOf(syllable: string): readonly string[] {
  const heads = /^[zcs]h/.test(syllable)
    ? [syllable, `${syllable[0]}${syllable.slice(2)}`]
    : /^[zcs]/.test(syllable)
      ? [syllable, `${syllable[0]}h${syllable.slice(1)}`]
      : [syllable]
  const all = heads.flatMap((head) => {
    if (head.endsWith('ng')) return [head, head.slice(0, -1)]
    return /[aei]n$/.test(head) ? [head, `${head}g`] : [head]
  })
  return all.filter((each) => each !== syllable)
}
