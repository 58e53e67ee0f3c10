import type { DeviceKey, HubStore } from './store.ts'

/** Terminals of a province with their keys, and then some; the oldest are forgotten first. */
const MAX_KEYS = 20_000

/**
 * Device keys as objects that stay the same, because importing a key costs more than checking a signature with it.
 * A key id is the key's thumbprint, so its JWK never changes; whether it was revoked is read inside the transaction of
 * ingest each time, so a key that another process revoked is worth nothing from that moment on.
 */
export interface DeviceKeys {
  /** The key, with "revoked" as last seen. */
  find(terminalId: string, kid: string): Promise<DeviceKey | undefined>
  /** The key as the store has it now. */
  findNow(terminalId: string, kid: string): Promise<DeviceKey | undefined>
}

export function makeDeviceKeys(store: Pick<HubStore, 'deviceKey'>): DeviceKeys {
  const known = new Map<string, DeviceKey>()
  /** A batch asks for one key 200 times in one turn: asked of the store once. */
  const asked = new Map<string, Promise<DeviceKey | undefined>>()
  const findNow = async (terminalId: string, kid: string) => {
    const name = `${terminalId}/${kid}`
    const stored = await store.deviceKey(terminalId, kid)
    if (stored === undefined) return undefined
    const before = known.get(name)
    const key = { jwk: before?.jwk ?? stored.jwk, revokedAt: stored.revokedAt }
    known.delete(name)
    known.set(name, key)
    if (known.size > MAX_KEYS) for (const oldest of known.keys()) if (known.delete(oldest)) break
    return key
  }
  return {
    findNow,
    async find(terminalId, kid) {
      const name = `${terminalId}/${kid}`
      const key = known.get(name)
      if (key !== undefined && key.revokedAt === null) return key
      const asking = asked.get(name) ?? findNow(terminalId, kid).finally(() => asked.delete(name))
      asked.set(name, asking)
      return asking
    },
  }
}
