import type { SigningKey } from '../envelope/signing-key.ts'
import type { KeySet } from '../protocol/keys.ts'

/** The hub's online signing keys. None of them can open an envelope. */
export type HubSigningKeys = Readonly<Record<'receipt' | 'package' | 'ping', SigningKey>>

/** A key set as handed out, and the private keys that sign by it. */
export interface HubKeys {
  /** Compact JWS by the root over KeySet. */
  readonly jws: string
  readonly keySet: KeySet
  readonly signing: HubSigningKeys
}

/** The hub's keys while it runs: another process may change them (rotate-keys). */
export interface KeyRing {
  current(): HubKeys
  /** Looks whether there is a newer key set, and takes it. */
  refresh(): Promise<void>
}

/** A ring whose keys change only by `put`: for the simulation and for tests. */
export function fixedKeyRing(first: HubKeys): KeyRing & { put(keys: HubKeys): void } {
  let keys = first
  return {
    current: () => keys,
    refresh: () => Promise.resolve(),
    put(next) {
      keys = next
    },
  }
}
