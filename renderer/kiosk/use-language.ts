import { useEffect, useState, useSyncExternalStore } from 'react'
import { loadLanguage, shownLanguage } from '../ui/strings/language.ts'
import type { Language } from '../ui/strings/texts.ts'

export interface LanguageChoice {
  readonly language: Language
  /** Words that were asked for and did not come: stays in its place, dashed. */
  readonly missing: ReadonlySet<Language>
  readonly choose: (language: Language) => void
}

/**
 * The screen's language. Its words are fetched first and switched to when they are there (`onChosen`); until then, and
 * when they are not to be had, the page stays as it is. Who holds this renders anew on a change, with all that is below.
 */
export function useLanguage(onChosen: (language: Language) => void): LanguageChoice {
  const language = useSyncExternalStore(shownLanguage.subscribe, shownLanguage.get)
  const [missing, setMissing] = useState<ReadonlySet<Language>>(new Set())
  useEffect(() => {
    if (language === 'zh') return
    let stop: (() => void) | null = null
    let isOver = false
    import('../ui/strings/mark-chinese.ts').then(
      ({ markChinese }) => {
        if (!isOver) stop = markChinese(document.body)
      },
      (cause: unknown) => console.warn('Chinese runs stay unmarked', cause),
    )
    return () => {
      isOver = true
      stop?.()
    }
  }, [language])
  const choose = (chosen: Language) => {
    void loadLanguage(chosen).then((isThere) => {
      if (isThere) onChosen(chosen)
      else setMissing((before) => new Set([...before, chosen]))
    })
  }
  return { language, missing, choose }
}
