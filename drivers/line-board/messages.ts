import { LAMPS, type Lamp, type LampMode, LampModeSchema, type LineBoardInputs } from './states.ts'

/** What the bodies of frames say: a word, and words of the form key=value. See README.md. */

export const PROTOCOL_VERSION = 1
export const MIN_BEEP_MS = 10
export const MAX_BEEP_MS = 2_000

export type TerminalMessage =
  | { readonly word: 'HELLO' }
  | { readonly word: 'ASK' }
  | { readonly word: 'LAMP'; readonly lamp: Lamp; readonly mode: LampMode }
  | { readonly word: 'BEEP'; readonly ms: number }

/** `re`: number of the terminal's frame that it answers; undefined when the board speaks of its own accord. */
export type BoardMessage = { readonly re: number | undefined } & (
  | { readonly word: 'HELLO'; readonly version: number; readonly lamps: readonly Lamp[]; readonly beeper: boolean }
  | { readonly word: 'STATE'; readonly inputs: LineBoardInputs }
  | { readonly word: 'OK' }
  | { readonly word: 'NO'; readonly why: string }
)

export function terminalBody(message: TerminalMessage): string {
  switch (message.word) {
    case 'HELLO':
    case 'ASK':
      return message.word
    case 'LAMP':
      return `LAMP ${message.lamp} ${message.mode}`
    case 'BEEP':
      return `BEEP ${message.ms}`
  }
}

/** Undefined for a body that is no message of the terminal. */
export function readTerminal(body: string): TerminalMessage | undefined {
  const [word, first, second, ...more] = body.split(' ')
  if (more.length > 0) return undefined
  if ((word === 'HELLO' || word === 'ASK') && first === undefined) return { word }
  if (word === 'LAMP') {
    const lamp = LAMPS.find((each) => each === first)
    const mode = LampModeSchema.safeParse(second)
    return lamp === undefined || !mode.success ? undefined : { word, lamp, mode: mode.data }
  }
  if (word === 'BEEP' && second === undefined) {
    const ms = wholeNumber(first, MAX_BEEP_MS)
    return ms === undefined || ms < MIN_BEEP_MS ? undefined : { word, ms }
  }
  return undefined
}

export function boardBody(message: BoardMessage): string {
  const re = message.re === undefined ? '' : ` re=${message.re.toString(16).toUpperCase().padStart(2, '0')}`
  switch (message.word) {
    case 'HELLO': {
      const lamps = message.lamps.length === 0 ? '' : ` lamps=${message.lamps.join(',')}`
      return `HELLO v=${message.version}${lamps} beeper=${message.beeper ? 'yes' : 'no'}${re}`
    }
    case 'STATE': {
      const { mains, batteryPercent, door, presence } = message.inputs
      const words = [
        mains === null ? '' : ` mains=${mains}`,
        batteryPercent === null ? '' : ` battery=${batteryPercent}`,
        door === null ? '' : ` door=${door}`,
        presence === null ? '' : ` presence=${presence ? 'yes' : 'no'}`,
      ]
      return `STATE${words.join('')}${re}`
    }
    case 'OK':
      return `OK${re}`
    case 'NO':
      return `NO why=${message.why}${re}`
  }
}

/**
 * Undefined for a body that is no message of a board. Keys that are not known are passed over, so that a later board can
 * say more; a known key with a value that cannot be spoils the whole.
 */
export function readBoard(body: string): BoardMessage | undefined {
  const [word, ...pairs] = body.split(' ')
  const values = new Map<string, string>()
  for (const pair of pairs) {
    const match = /^([a-z]+)=([A-Za-z0-9,._-]+)$/.exec(pair)
    const [, key, value] = match ?? []
    if (key === undefined || value === undefined || values.has(key)) return undefined
    values.set(key, value)
  }
  const written = values.get('re')
  if (written !== undefined && !/^[0-9A-F]{2}$/.test(written)) return undefined
  const re = written === undefined ? undefined : Number.parseInt(written, 16)
  switch (word) {
    case 'HELLO': {
      const version = wholeNumber(values.get('v'), 999)
      const names = values.get('lamps')?.split(',') ?? []
      const beeper = oneOf(values.get('beeper') ?? 'no', 'yes', 'no')
      if (version === undefined || beeper === undefined) return undefined
      // A lamp of a later board that we know no slot for.
      const lamps = LAMPS.filter((lamp) => names.includes(lamp))
      return { word, re, version, lamps, beeper: beeper === 'yes' }
    }
    case 'STATE': {
      const inputs = readInputs(values)
      return inputs === undefined ? undefined : { word, re, inputs }
    }
    case 'OK':
      return re === undefined ? undefined : { word, re }
    case 'NO':
      return re === undefined ? undefined : { word, re, why: values.get('why') ?? 'not-said' }
    default:
      return undefined
  }
}

function readInputs(values: ReadonlyMap<string, string>): LineBoardInputs | undefined {
  const mains = values.has('mains') ? oneOf(values.get('mains'), 'on', 'lost') : null
  const batteryPercent = values.has('battery') ? wholeNumber(values.get('battery'), 100) : null
  const door = values.has('door') ? oneOf(values.get('door'), 'closed', 'open') : null
  const presence = values.has('presence') ? oneOf(values.get('presence'), 'yes', 'no') : null
  if (mains === undefined || batteryPercent === undefined || door === undefined || presence === undefined) {
    return undefined
  }
  return { mains, batteryPercent, door, presence: presence === null ? null : presence === 'yes' }
}

function oneOf<Value extends string>(given: string | undefined, ...known: readonly Value[]): Value | undefined {
  return known.find((each) => each === given)
}

function wholeNumber(text: string | undefined, max: number): number | undefined {
  if (text === undefined || !/^(?:0|[1-9]\d{0,3})$/.test(text)) return undefined
  const value = Number(text)
  return value <= max ? value : undefined
}
