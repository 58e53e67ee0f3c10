import { useEffect, useState } from 'react'
import type { MyBindings } from '../../electron/bridge/bindings.contract.ts'
import { useBridge } from './use-watch.ts'

/** Main gives the hub 4 s. */
const ASK_PATIENCE_MS = 6_000

export type BindingsAsked = MyBindings | { readonly outcome: 'lost' }

/**
 * The bindings of whoever's card is in the visit, as the hub tells main; null while it is asked. They live in the component
 * that asks and go with it.
 * @param item for which a principal is looked for; undefined for all of hers.
 * @param turn asked anew when it changes.
 */
export function useBindings(
  item: { readonly id: string; readonly version: number } | undefined,
  turn: number,
): BindingsAsked | null {
  const bridge = useBridge()
  const [answer, setAnswer] = useState<BindingsAsked | null>(null)
  const [id, version] = [item?.id, item?.version]
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked anew when she says so
  useEffect(() => {
    let isHere = true
    setAnswer(null)
    const about = id === undefined || version === undefined ? {} : { item: { id, version } }
    bridge
      .call((client) => client.bindings.mine(about, { signal: AbortSignal.timeout(ASK_PATIENCE_MS) }))
      .catch((cause: unknown) => {
        console.warn('the bindings were not answered', cause)
        return { outcome: 'lost' as const }
      })
      .then((got) => {
        if (isHere) setAnswer(got)
      })
    return () => {
      isHere = false
    }
  }, [bridge, id, version, turn])
  return answer
}
