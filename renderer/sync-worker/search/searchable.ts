import type { ServiceItem } from '../../../sync/protocol/service-item.ts'

/** What the search reads of a service item, in Chinese where nothing else is said. */
export interface Searchable {
  readonly id: string
  /** Implementation code, 31 characters. */
  readonly code: string
  readonly name: string
  readonly use: string
  readonly topic: string
  readonly department: string
  /** Other words for it, as people search. */
  readonly words?: readonly string[]
  /** Where the package has them; empty where it has one of them only. */
  readonly english?: { readonly name: string; readonly topic: string }
}

/** An item's own words for the search are data, where its package has them. */
type WithWords = ServiceItem & { readonly searchWords?: readonly string[] | undefined }

export function searchableOf(item: WithWords): Searchable {
  return {
    id: item.id,
    code: item.code,
    name: item.name.zh,
    use: item.use.zh,
    topic: item.topic.zh,
    department: item.department.name.zh,
    words: item.searchWords ?? [],
    ...(item.name.en === undefined ? {} : { english: { name: item.name.en, topic: item.topic.en ?? '' } }),
  }
}
