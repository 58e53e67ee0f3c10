import { isDeepStrictEqual } from 'node:util'

/** What was looked at inside the guest, and how it was. */
export interface Check {
  readonly check: string
  readonly ok: boolean
  readonly detail?: string
}

/** Nothing here takes a second on a real machine; an emulated one is a hundred times slower. */
const PATIENCE_MS = 60_000
const LOOK_MS = 20

export interface Checks {
  readonly done: Check[]
  /** Waits until it holds; a check that does not come true is failed, and the rest goes on. */
  until(check: string, holds: () => boolean, detail?: () => unknown): Promise<boolean>
  equal(check: string, found: unknown, wanted: unknown): void
}

export function createChecks(tell: (check: Check) => void): Checks {
  const done: Check[] = []
  function note(check: Check): void {
    done.push(check)
    tell(check)
  }
  return {
    done,
    async until(check, holds, detail) {
      const giveUpAtMs = performance.now() + PATIENCE_MS
      while (!holds() && performance.now() < giveUpAtMs) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      }
      const ok = holds()
      note({ check, ok, ...(ok || detail === undefined ? {} : { detail: JSON.stringify(detail()) }) })
      return ok
    },
    equal(check, found, wanted) {
      const ok = isDeepStrictEqual(found, wanted)
      note({ check, ok, ...(ok ? {} : { detail: `${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}` }) })
    },
  }
}
