/**
 * Code scanners that type like a keyboard ("wedge"): told from a person by the time between keys. A burst of keys that
 * ends in Enter is a code and is never typed into a form; what a person types is never taken for a code. To know which
 * it is, each key is held back until the next one or 30 ms have passed, and typed then. Pure functions; the thin part
 * that touches the document is wedge-keys.ts.
 */

/** Scanners type a key every 1 to 10 ms; people need 100, and 30 at their fastest for two keys (reference/devices.md 3). */
export const MAX_GAP_MS = 30
/** Two or three keys may be hit at once by one hand. Codes have more. */
export const MIN_CODE_KEYS = 4
/** The largest code holds 7827 characters; keyboards that type more are broken. */
export const MAX_CODE_KEYS = 8_192

export interface WedgeKey {
  /** character: types one. enter. shift: goes with a character. other: moves, erases, is held down, commands. */
  readonly kind: 'character' | 'enter' | 'shift' | 'other'
  /** KeyboardEvent.key */
  readonly key: string
  /** KeyboardEvent.timeStamp: when it was hit, not when it was heard. */
  readonly atMs: number
}

export interface WedgeState<Key extends WedgeKey> {
  /** Held back, in order. */
  readonly held: readonly Key[]
  readonly lastAtMs: number | undefined
  /** Keys of this burst that were typed already, because the next one came late to us. Its rest is no whole code. */
  readonly typed: number
  /** More keys than any code has: the rest of the burst is thrown away. */
  readonly overflown: boolean
}

export interface WedgeStep<Key extends WedgeKey> {
  readonly state: WedgeState<Key>
  /** To be typed now, before the key itself does what it does. */
  readonly type: readonly Key[]
  /** The key itself must not do what it does. */
  readonly swallow: boolean
  /** All keys of a burst, without its Enter. */
  readonly code?: string
  /** Keys that are neither typed nor part of a code: the rest of a burst that cannot be whole. */
  readonly dropped?: number
}

export const NOTHING_HELD = { held: [], lastAtMs: undefined, typed: 0, overflown: false } as const

export function onWedgeKey<Key extends WedgeKey>(state: WedgeState<Key>, key: Key): WedgeStep<Key> {
  if (key.kind === 'shift') return { state, type: [], swallow: false }
  if (key.kind === 'other') return { state: NOTHING_HELD, type: state.held, swallow: false }
  const goesOn = state.lastAtMs !== undefined && key.atMs - state.lastAtMs < MAX_GAP_MS
  const burst: WedgeState<Key> = goesOn ? state : NOTHING_HELD
  const type = goesOn ? [] : state.held
  if (key.kind === 'enter') return onEnter(burst, type)
  if (burst.overflown || burst.held.length === MAX_CODE_KEYS) {
    const overflown = { held: [], lastAtMs: key.atMs, typed: burst.typed, overflown: true }
    return { state: overflown, type, swallow: true, dropped: burst.held.length + 1 }
  }
  return { state: { ...burst, held: [...burst.held, key], lastAtMs: key.atMs }, type, swallow: true }
}

function onEnter<Key extends WedgeKey>(burst: WedgeState<Key>, type: readonly Key[]): WedgeStep<Key> {
  const { held, typed, overflown } = burst
  const isBurst = overflown || held.length + typed >= MIN_CODE_KEYS
  if (!isBurst) return { state: NOTHING_HELD, type: [...type, ...held], swallow: false }
  if (overflown || typed > 0) return { state: NOTHING_HELD, type, swallow: true, dropped: held.length + 1 }
  return { state: NOTHING_HELD, type, swallow: true, code: held.map(({ key }) => key).join('') }
}

/** Nothing came for MAX_GAP_MS: what is held was typed by a person, or by something that does not end in Enter. */
export function onWedgeStill<Key extends WedgeKey>(state: WedgeState<Key>): WedgeStep<Key> {
  const { held, lastAtMs, typed, overflown } = state
  return { state: { held: [], lastAtMs, typed: typed + held.length, overflown }, type: held, swallow: false }
}
