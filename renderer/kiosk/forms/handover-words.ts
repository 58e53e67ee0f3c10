import type { HandOverAnswer } from '../../../electron/bridge/handover.contract.ts'
import { type StringKey, say, sentences } from '../../ui/strings/say.ts'
import type { SlipTrouble } from '../machine/handover-draft.ts'
import { clockTime, isoDate, longDate } from './show.ts'

/** From what became of a hand-over to the sentence that says it. */

const MINUTE_MS = 60_000

/** 2026年11月24日 10:47 */
export function untilWords(expiresAt: string): string {
  const until = new Date(expiresAt)
  return `${longDate(isoDate(until))} ${clockTime(until)}`
}

/** Why there is no slip: what happened first, then that nothing is lost. */
export function notHandedOver(answer: HandOverAnswer | 'lost'): string {
  if (answer === 'lost') return say('handover.not.lost')
  if (answer.outcome === 'not-handed-over') return say(`handover.not.${answer.why}`)
  if (answer.outcome === 'too-many') {
    return say('handover.not.too-many', { minutes: Math.ceil(answer.retryAfterMs / MINUTE_MS) })
  }
  const { result } = answer.outcome === 'not-printed' ? answer : { result: null }
  if (result === null || result.ok) return say('handover.not.lost')
  const what = say(`print-fault.${result.fault}`, { time: clockTime(new Date()) })
  return sentences(what, say(result.paper === 'nothing' ? 'handover.not-printed' : 'handover.partly-printed'))
}

export interface SlipWords {
  readonly question: StringKey
  readonly text: string
  readonly testId: string
  /** The way on: the same slip once more, another card after the end of this visit, or the form anew. */
  readonly then: 'again' | 'end' | 'anew'
}

const AGAIN = ['offline', 'no-trust', 'open-elsewhere', 'needs-card']

export function slipWords(trouble: SlipTrouble): SlipWords {
  if (trouble === 'lost') return words('lost', 'again')
  if (trouble === 'item-gone') return words('item-gone', 'anew')
  if (trouble === 'other-person') return words('other-person', 'end')
  if (trouble.outcome === 'wrong-card') return words('wrong-card', 'end', { left: trouble.triesLeft })
  return words(trouble.why, AGAIN.includes(trouble.why) ? 'again' : 'anew')
}

type Why = StringKey extends infer Key ? (Key extends `slip.not.${infer Name}` ? Name : never) : never

function words(why: Why, then: SlipWords['then'], values: Readonly<Record<string, number>> = {}): SlipWords {
  const isWrongCard = why === 'wrong-card' || why === 'other-person'
  return {
    question: isWrongCard ? 'slip.wrong-card' : 'slip.not-opened',
    text: say(`slip.not.${why}`, values),
    testId: `slip-${why}`,
    then,
  }
}
