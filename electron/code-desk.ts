import type { CodeScannerEvent } from '../drivers/code-scanner/states.ts'
import type { ScannedCode } from './bridge/codes.contract.ts'
import { endable } from './cell.ts'
import type { Log } from './events.ts'

/** A page that is so far behind is not following: a person shows one code after the other. */
export const MOST_WAITING = 8

/**
 * Hands codes from the scanners to the pages that listen. Nothing is kept for a page that comes later: what was shown to
 * one citizen must not turn up in front of the next.
 */
export interface CodeDesk {
  onScanner(event: CodeScannerEvent): void
  /** Codes from now on, in order, until the signal fires or the reader returns it. */
  follow(signal: AbortSignal | undefined): AsyncGenerator<ScannedCode, void, void>
}

interface Listener {
  waiting: ScannedCode[]
  wake: (() => void) | undefined
}

export function createCodeDesk(log: Log): CodeDesk {
  const listeners = new Set<Listener>()

  async function* following(signal: AbortSignal): AsyncGenerator<ScannedCode, void, void> {
    const listener: Listener = { waiting: [], wake: undefined }
    const wake = () => listener.wake?.()
    listeners.add(listener)
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted) {
        const next = listener.waiting.shift()
        if (next !== undefined) {
          yield next
          continue
        }
        await new Promise<void>((resolve) => {
          listener.wake = resolve
        })
      }
    } finally {
      listeners.delete(listener)
      signal.removeEventListener('abort', wake)
    }
  }

  return {
    onScanner(event) {
      if (event.event !== 'code') return
      const { readId, text } = event
      if (listeners.size === 0) log('code-dropped', { why: 'no-page' })
      for (const listener of listeners) {
        listener.waiting = [...listener.waiting, { readId, text }].slice(-MOST_WAITING)
        listener.wake?.()
      }
    },
    follow: (signal) => endable(signal, following),
  }
}
