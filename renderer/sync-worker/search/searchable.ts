import type { ServiceItem } from '../../../sync/protocol/service-item.ts'

/** What the search reads of a service item; all texts in the language that is searched. */
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
  }
}
