import { createContext } from 'react'

/** Answers that cannot be chosen now, by value, with why not: shown greyed, in their place. */
export const ClosedOptions = createContext<ReadonlyMap<string, string>>(new Map())
