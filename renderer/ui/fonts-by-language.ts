import type { Language } from './strings/texts.ts'

/** The page's own Noto of a script, for machines whose system lacks it; fetched when its language is first shown. */
export async function loadFonts(language: Language): Promise<void> {
  if (language === 'ug') await import('./fonts-ug.ts')
  if (language === 'bo') await import('./fonts-bo.ts')
}
