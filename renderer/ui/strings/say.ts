import type { LocalText } from '../../../sync/protocol/service-item.ts'
import { type StringKey, zh } from './zh.ts'

export type { StringKey } from './zh.ts'

/** The text of `key` with its `{names}` filled in. A name that is not given stays visible: a test looks for braces. */
export function say(key: StringKey, values: Readonly<Record<string, string | number>> = {}): string {
  return zh[key].text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** The citizen's language of a text that comes from data. Chinese only, until languages can be chosen. */
export function local(text: LocalText): string {
  return text.zh
}
