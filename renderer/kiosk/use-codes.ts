import { createContext, useContext, useEffect, useRef } from 'react'
import type { Codes, TakeCode } from './devices/codes.ts'

const CodesContext = createContext<Codes | null>(null)
export const CodesProvider = CodesContext.Provider

/** While the component is on the screen, codes that are shown to the terminal are offered to it. */
export function useCodes(take: TakeCode): void {
  const codes = useContext(CodesContext)
  if (codes === null) throw new Error('no codes around this component')
  const latest = useRef(take)
  latest.current = take
  useEffect(() => codes.want((text) => latest.current(text)), [codes])
}
