import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import { ResponseValidationPlugin } from '@orpc/contract/plugins'
import { useEffect, useState } from 'react'
import { type BenchState, dockContract } from '../../electron/bridge/dock.contract.ts'

/** The dock's way to the workbench. */
const link = new RPCLink({
  url: `${window.location.origin}/rpc`,
  plugins: [new ResponseValidationPlugin(dockContract)],
})
export const bench: ContractRouterClient<typeof dockContract> = createORPCClient(link)

const RECONNECT_MS = 1000

export function useBench(): { state: BenchState | undefined; lost: boolean } {
  const [state, setState] = useState<BenchState>()
  const [lost, setLost] = useState(false)
  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    async function follow(): Promise<void> {
      try {
        for await (const next of await bench.watch(undefined, { signal: abort.signal })) {
          setLost(false)
          setState(next)
        }
      } catch (error) {
        if (abort.signal.aborted) return
        console.warn('dock: the workbench went away', error)
      }
      setLost(true)
      timer = setTimeout(() => void follow(), RECONNECT_MS)
    }
    void follow()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [])
  return { state, lost }
}
