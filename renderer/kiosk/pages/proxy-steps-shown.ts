import { createContext } from 'react'

/** Steps of 代办 that no item's form counts: those behind, and those still to come. */
export const ProxySteps = createContext<{ readonly behind: number; readonly ahead: number }>({ behind: 0, ahead: 0 })
