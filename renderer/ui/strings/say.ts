import type { LocalText } from '../../../sync/protocol/service-item.ts'
import { entryIn, shownLanguage } from './language.ts'
import type { Language } from './texts.ts'
import type { StringKey } from './zh.ts'

export type { StringKey } from './zh.ts'

export type Values = Readonly<Record<string, string | number>>

/** The text of `key` with its `{names}` filled in. A name that is not given stays visible: a test looks for braces. */
export function say(key: StringKey, values: Values = {}): string {
  return sayIn(shownLanguage.get(), key, values)
}

/** In a language that is not (yet) the screen's; Chinese where it has no such text. */
export function sayIn(language: Language, key: StringKey, values: Values = {}): string {
  return filled(entryIn(language, key).entry.text, values)
}

/** What is said aloud: `voice` where it differs from the text. */
export function sayAloud(key: StringKey, values: Values = {}): string {
  const { entry } = entryIn(shownLanguage.get(), key)
  return filled(entry.voice ?? entry.text, values)
}

/** The citizen's language of a text that comes from data; Chinese where the data has no other. */
export function local(text: LocalText): string {
  return text[shownLanguage.get()] ?? text.zh
}

/** Whole sentences one after the other: with a space between, except after the full-width marks that bring their own. */
export function sentences(...parts: readonly string[]): string {
  return parts.reduce((said, part) => (said === '' || /[。？！，]$/.test(said) ? said + part : `${said} ${part}`), '')
}

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
