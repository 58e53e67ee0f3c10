import type { CatalogueText, StringKey } from './zh.ts'

export const LANGUAGES = ['zh', 'en', 'ug', 'bo'] as const
export type Language = (typeof LANGUAGES)[number]

/** The strings of a language that need not be complete: what is missing is shown in Chinese. */
export type Texts = Readonly<Partial<Record<StringKey, CatalogueText>>>
