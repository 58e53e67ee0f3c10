import { SPOKEN_MAX_CHARACTERS } from '../../../electron/bridge/speech.contract.ts'
import { sayIn } from '../../ui/strings/say.ts'
import type { Language } from '../../ui/strings/texts.ts'
import type { Utterance } from './engine.ts'
import { masked, type Secrets } from './mask.ts'

/** What a page says, as it stands there. */
export interface PageWords {
  readonly question: Utterance | null
  readonly hint: Utterance | null
  readonly answers: readonly Utterance[]
}

/** Question, hint, then each answer with its place; in sentences that main can make. `secrets` null: into a headset. */
export function utterancesOf({ question, hint, answers }: PageWords, secrets: Secrets | null): readonly Utterance[] {
  const places = answers.map(({ text, language }, place) => {
    const numeral = (key: 'speech.places' | 'speech.counts', at: number) =>
      sayIn(language, key).split(' ')[at] ?? String(at + 1)
    const where = { place: numeral('speech.places', place), count: numeral('speech.counts', answers.length - 1) }
    // A sentence's own stop would make two.
    const answer = text.replace(/[。.]$/, '')
    return { language, text: sayIn(language, 'speech.answer', { answer, ...where }) }
  })
  return [question, hint, ...places]
    .filter((utterance) => utterance !== null)
    .map((utterance) => ({ ...utterance, text: secrets === null ? utterance.text : masked(utterance.text, secrets) }))
    .flatMap(({ text, language }) => pieces(text).map((piece) => ({ text: piece, language })))
}

/** Two pages are the same when they ask the same; what only counts down is no new page. */
export const sameQuestion = (one: PageWords, other: PageWords): boolean =>
  one.question?.text === other.question?.text &&
  one.answers.map((answer) => answer.text).join('\n') === other.answers.map((answer) => answer.text).join('\n')

function pieces(text: string): readonly string[] {
  const words = text.trim()
  if (words.length <= SPOKEN_MAX_CHARACTERS) return words === '' ? [] : [words]
  const cut = Math.max(
    ...['。', '；', '，', '. ', ', '].map((mark) => words.lastIndexOf(mark, SPOKEN_MAX_CHARACTERS - 2)),
  )
  const end = cut > 0 ? cut + 1 : SPOKEN_MAX_CHARACTERS
  return [words.slice(0, end), ...pieces(words.slice(end))]
}

const LANGUAGE_OF: Readonly<Record<string, Language>> = { 'zh-Hans': 'zh', en: 'en', ug: 'ug', bo: 'bo' }

/**
 * Reads the sheet that lies on top, or the page: its first heading, what stands under it, its answers. `data-voice` is said
 * in the place of what is written, `data-private` as 星号; hidden things and what cannot be chosen are not said.
 */
export function readPage(root: ParentNode): PageWords {
  const sheet = [...root.querySelectorAll('[role="dialog"]:not([data-silent])')].at(-1)
  const scope = sheet ?? root.querySelector('main')
  const first = (selector: string) => {
    const found = scope?.querySelector(selector)
    return found === null || found === undefined ? null : utteranceOf(found)
  }
  const answers = sheet === undefined ? '.choice:not(:disabled)' : 'button:not(:disabled)'
  return {
    question: first('h1, h2'),
    hint: first(sheet === undefined ? '.question-hint' : '.overlay-text'),
    answers: [...(scope?.querySelectorAll(answers) ?? [])].map(utteranceOf).filter((answer) => answer.text !== ''),
  }
}

function utteranceOf(element: Element): Utterance {
  const inner = element.querySelector('.choice-word, .question-line') ?? element
  const tag = inner.closest('[lang]')?.getAttribute('lang') ?? ''
  const language = LANGUAGE_OF[tag] ?? 'zh'
  const words = element.querySelector('.choice-word')
  const note = element.querySelector('.choice-note')
  const parts = words === null ? [wordsOf(element, language)] : [words, note].map((part) => wordsOf(part, language))
  const comma = sayIn(language, 'list.and').includes(',') ? ', ' : '，'
  return { language, text: parts.filter((part) => part !== '').join(comma) }
}

function wordsOf(node: Node | null, language: Language): string {
  if (node === null) return ''
  if (node.nodeType === Node.TEXT_NODE) return node.textContent ?? ''
  if (!(node instanceof Element) || node.getAttribute('aria-hidden') === 'true') return ''
  const voice = node.getAttribute('data-voice')
  if (voice !== null) return voice
  if (node.hasAttribute('data-private')) return sayIn(language, 'speech.star')
  return [...node.childNodes].map((child) => wordsOf(child, language)).join('')
}
