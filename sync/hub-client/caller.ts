import { ORPCError } from '@orpc/client'
import { ValidationError } from '@orpc/contract'
import { CallFailure, type Failed, failed } from './call-failure.ts'

export type Log = (level: 'debug' | 'info' | 'warn' | 'error', event: string, detail: Record<string, unknown>) => void

/** A refusal in the hub's own words. */
export interface Refusal {
  readonly status: number
  readonly code: string
  readonly data: unknown
}

/** Runs a call; a refusal in the hub's words goes to `onRefusal`, all else that went wrong becomes a value. */
export type Call = <T>(
  name: string,
  run: () => Promise<T | Failed>,
  onRefusal: (refusal: Refusal) => T | Failed,
) => Promise<T | Failed>

export function createCall(log: Log): Call {
  function noted<T>(name: string, result: T): T {
    if (isFailed(result)) {
      const { why, detail, retryAfterMs } = result
      const strange = why === 'not-our-hub' || why === 'bad-receipt' || why === 'tls'
      log(strange ? 'warn' : 'debug', 'hub-call-failed', { call: name, why, detail, retryAfterMs })
    }
    return result
  }

  return async (name, run, onRefusal) => {
    try {
      return noted(name, await run())
    } catch (error) {
      if (error instanceof CallFailure) return noted(name, error.failed)
      if (error instanceof ValidationError) return noted(name, failed('not-our-hub', 'an answer of another shape'))
      if (error instanceof ORPCError) {
        return noted(name, onRefusal({ status: error.status, code: error.code, data: error.data }))
      }
      throw error
    }
  }
}

/** For calls that the hub has no reason to refuse. */
export function strangeRefusal({ status, code }: Refusal): Failed {
  return failed('not-our-hub', `status ${status} ${code.slice(0, 80)}`)
}

/** For calls that speak of one thing: this call was not right, others may be. */
export function narrowRefusal({ status, code }: Refusal): Failed {
  return failed(`http-${status}`, `status ${status} ${code.slice(0, 80)}`)
}

export function isFailed(result: unknown): result is Failed {
  return typeof result === 'object' && result !== null && 'outcome' in result && result.outcome === 'failed'
}
