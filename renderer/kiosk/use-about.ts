import { useEffect, useState } from 'react'
import type { About } from '../../electron/bridge/maintenance.contract.ts'
import { useBridge, useLine } from './use-watch.ts'

/** What machine this is: asked anew with every line, kept while there is none. */
export function useAbout(): About | null {
  const bridge = useBridge()
  const line = useLine()
  const [about, setAbout] = useState<About | null>(null)
  useEffect(() => {
    if (line === null) return
    bridge
      .call((client) => client.maintenance.about())
      .then(setAbout, (cause: unknown) => console.warn('main did not say what machine this is', cause))
  }, [bridge, line])
  return about
}
