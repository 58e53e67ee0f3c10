import { useEffect, useMemo, useState } from 'react'
import { type Candidates, candidatesOf, type PinyinTable, tableOf } from './pinyin.ts'

/** Shown at a time beside 更多 (look.md section 5). */
export const CANDIDATES_SHOWN = 5

export interface Pinyin {
  readonly buffer: string
  readonly shown: readonly string[]
  readonly hasMore: boolean
  readonly type: (letter: string) => void
  readonly more: () => void
  /** Drops the last letter; false when there was none. */
  readonly erase: () => boolean
  readonly clear: () => void
  /** Takes the candidate at this place of those shown, and answers with it. */
  readonly take: (place: number) => string | null
}

/** The table is 33 kB and only needed once somebody writes. */
async function loadTable(): Promise<PinyinTable> {
  const module = await import('simple-keyboard-layouts/build/layouts/chinese.js')
  return tableOf((module.default as { layoutCandidates?: Record<string, string> }).layoutCandidates ?? {})
}

export function usePinyin(onText: (text: string) => void): Pinyin {
  const [table, setTable] = useState<PinyinTable>({})
  const [buffer, setBuffer] = useState('')
  const [page, setPage] = useState(0)
  useEffect(() => {
    let isHere = true
    void loadTable().then((loaded) => {
      if (isHere) setTable(loaded)
    })
    return () => {
      isHere = false
    }
  }, [])
  const all: Candidates = useMemo(() => candidatesOf(buffer, table), [buffer, table])
  const shown = all.characters.slice(page * CANDIDATES_SHOWN, (page + 1) * CANDIDATES_SHOWN)
  const put = (next: string) => {
    setBuffer(next)
    setPage(0)
  }
  return {
    buffer,
    shown,
    hasMore: all.characters.length > CANDIDATES_SHOWN,
    type: (letter) => put(buffer + letter),
    more: () => setPage((page + 1) * CANDIDATES_SHOWN < all.characters.length ? page + 1 : 0),
    erase: () => {
      if (buffer === '') return false
      put(buffer.slice(0, -1))
      return true
    },
    clear: () => put(''),
    take: (place) => {
      const character = shown[place]
      if (character === undefined) return null
      onText(character)
      put(buffer.slice(all.taken))
      return character
    },
  }
}
