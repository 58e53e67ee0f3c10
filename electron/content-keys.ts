import type { Suite, WrappedKey } from '../sync/envelope/suite.ts'
import type { RsaJwk } from '../sync/protocol/keys.ts'

/**
 * One content key that is wrapped before anybody needs it: wrapping is half the work of sealing and asks nothing of the
 * submission, so it is done while nobody waits. In memory only, and each is given away once.
 */
export interface ContentKeys {
  /** The one that lies ready for this hub key, else one made now. */
  take(sealKey: RsaJwk): WrappedKey
  /** Makes the next one ready, for the hub key that was asked for last; for when nobody waits. */
  refill(): void
}

export function wrapAhead(suite: Pick<Suite, 'wrapContentKey'>): ContentKeys {
  let last: RsaJwk | undefined
  let ahead: { readonly sealKey: RsaJwk; readonly key: WrappedKey } | undefined
  return {
    take(sealKey) {
      const ready = ahead?.sealKey === sealKey ? ahead.key : undefined
      ahead = undefined
      last = sealKey
      return ready ?? suite.wrapContentKey(sealKey)
    },
    refill() {
      if (last === undefined || ahead !== undefined) return
      ahead = { sealKey: last, key: suite.wrapContentKey(last) }
    },
  }
}
