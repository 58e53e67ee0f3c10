import { createContext, useContext, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Bridge, BridgeClient, Line } from './bridge.ts'

const BridgeContext = createContext<Bridge | null>(null)
export const BridgeProvider = BridgeContext.Provider

export function useBridge(): Bridge {
  const bridge = useContext(BridgeContext)
  if (bridge === null) throw new Error('no bridge around this component')
  return bridge
}

/** The present line to main, or null while there is none. */
export function useLine(): Line | null {
  const bridge = useBridge()
  const get = () => bridge.line
  return useSyncExternalStore(bridge.subscribe, get, get)
}

/**
 * The latest value of one of main's streams, followed over reconnections; null before the first.
 * @param key names what is watched: another key starts anew, null watches nothing.
 */
export function useWatch<T>(
  key: string | null,
  open: (client: BridgeClient, options: { signal: AbortSignal }) => Promise<AsyncIterable<T>>,
): T | null {
  const bridge = useBridge()
  const [seen, setSeen] = useState<{ readonly key: string; readonly value: T } | null>(null)
  const latest = useRef(open)
  latest.current = open
  useEffect(() => {
    if (key === null) return
    return bridge.watch<T>(
      (client, options) => latest.current(client, options),
      (value) => setSeen({ key, value }),
    )
  }, [bridge, key])
  return seen !== null && seen.key === key ? seen.value : null
}
