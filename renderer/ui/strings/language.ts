import type { Language, Texts } from './texts.ts'
import { type CatalogueText, type StringKey, zh } from './zh.ts'

/**
 * The language of the screen. Chinese is always there; the others are fetched before they are switched to, so the first
 * page does not carry them. Whoever shows words subscribes here; `say` and `local` read the same place.
 */

/** BCP 47, for `lang`; the glyphs of shared code points hang on it. */
export const LANGUAGE_TAG: Readonly<Record<Language, string>> = { zh: 'zh-Hans', en: 'en', ug: 'ug', bo: 'bo' }
export const directionOf = (language: Language): 'ltr' | 'rtl' => (language === 'ug' ? 'rtl' : 'ltr')

type Fetched = Exclude<Language, 'zh'>
export type Fetch = (language: Fetched) => Promise<Texts>

const fetchChunk: Fetch = async (language) => {
  switch (language) {
    case 'en':
      return (await import('./en.ts')).en
    case 'ug':
      return (await import('./ug.ts')).ug
    case 'bo':
      return (await import('./bo.ts')).bo
  }
}

const texts = new Map<Language, Texts>([['zh', zh]])
const listeners = new Set<() => void>()
let shown: Language = 'zh'

/** Fetches the words of a language. False when they are not to be had: the screen stays as it is. */
export async function loadLanguage(language: Language, fetch: Fetch = fetchChunk): Promise<boolean> {
  if (language === 'zh' || texts.has(language)) return true
  try {
    texts.set(language, await fetch(language))
    return true
  } catch (cause) {
    console.warn(`the words of ${language} did not come`, cause)
    return false
  }
}

/** Switches; a language that is not loaded leaves things as they are. */
export function showLanguage(language: Language): void {
  if (language === shown || !texts.has(language)) return
  shown = language
  for (const listener of listeners) listener()
}

export const shownLanguage = {
  get: (): Language => shown,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

/** The entry of `key` in `language`, and the language it really is in. */
export function entryIn(language: Language, key: StringKey): { readonly entry: CatalogueText; readonly in: Language } {
  const own = texts.get(language)?.[key]
  return own === undefined ? { entry: zh[key], in: 'zh' } : { entry: own, in: language }
}
