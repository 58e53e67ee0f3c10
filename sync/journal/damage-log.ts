import type { Frame } from '../protocol/frames.ts'
import type { AppendResult, Damage } from './journal-api.ts'
import type { Log } from './log.ts'

export interface DamageLogOptions {
  readonly nowIso: () => string
  readonly log: Log
  append(frame: Frame): Promise<AppendResult>
}

/**
 * Journals every damaged place once. While one could not be written (a full disk), it is kept, and nothing else may be
 * appended before it: the numbers that damage may hide must not be given again.
 */
export class DamageLog {
  readonly #options: DamageLogOptions
  readonly #known = new Set<string>()
  readonly #pending: Damage[] = []
  #flushing: Promise<AppendResult | undefined> | undefined

  /** `seen`: what the journal already says. */
  constructor(seen: readonly Damage[], options: DamageLogOptions) {
    this.#options = options
    for (const damage of seen) if (damage.kind === 'broken') this.#known.add(keyOf(damage))
  }

  get hasPending(): boolean {
    return this.#pending.length > 0
  }

  /** Takes a place in to be journalled by the next flush; false when it is known. A torn tail is always a new one. */
  note(damage: Damage): boolean {
    if (damage.kind === 'broken') {
      if (this.#known.has(keyOf(damage))) return false
      this.#known.add(keyOf(damage))
    }
    this.#pending.push(damage)
    this.#options.log('error', 'journal-damage', { ...damage })
    return true
  }

  /** Journals what is pending; the fault when that failed. */
  flush(): Promise<AppendResult | undefined> {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined
    })
    return this.#flushing
  }

  async #flush(): Promise<AppendResult | undefined> {
    for (let damage = this.#pending[0]; damage !== undefined; damage = this.#pending[0]) {
      const written = await this.#options.append({ type: 'damage-seen', at: this.#options.nowIso(), ...damage })
      if (!written.ok) return written
      this.#pending.shift()
    }
    return undefined
  }
}

function keyOf({ segment, offset }: Damage): string {
  return `${segment}:${offset}`
}
