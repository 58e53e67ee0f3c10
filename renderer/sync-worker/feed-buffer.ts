import type { FeedMessage } from '../../sync/protocol/worker-port.ts'

/**
 * Takes the feed's messages as they come and hands them on as fast as they are applied: what came in while a write was
 * running is one message for the next. Each application costs two durable writes, whatever its length.
 */
export const MAX_BUFFERED_EVENTS = 1_000

export type FeedBuffer = {
  /**
   * The next message; with `merge`, messages of the same journal that lie behind each other come as one. Null when the
   * feed has ended; rejects with its error when it failed, after all that came before.
   */
  next(merge: boolean): Promise<FeedMessage | null>
  /** Nothing more is wanted. The feed itself is ended by its signal. */
  close(): void
}

/** `onSeen` hears of every message at once, before it is applied. Reads no further while the buffer is full. */
export function bufferFeed(
  messages: AsyncIterable<FeedMessage>,
  maxEvents: number,
  onSeen: (message: FeedMessage) => void,
): FeedBuffer {
  const waiting: FeedMessage[] = []
  let events = 0
  let end: { error: unknown } | 'ended' | null = null
  let closed = false
  let wakeReader: () => void = () => undefined
  let wakePump: () => void = () => undefined

  async function pump(): Promise<void> {
    try {
      for await (const message of messages) {
        if (closed) break
        onSeen(message)
        waiting.push(message)
        events += weight(message)
        wakeReader()
        while (events >= maxEvents && !closed) {
          await new Promise<void>((resolve) => {
            wakePump = resolve
          })
        }
      }
      end = 'ended'
    } catch (error) {
      end = { error }
    }
    wakeReader()
  }

  function take(merge: boolean): FeedMessage | undefined {
    const first = waiting.shift()
    if (first === undefined) return undefined
    let taken = first
    while (merge && taken.kind === 'events') {
      const [next] = waiting
      if (next?.kind !== 'events' || next.journalId !== taken.journalId) break
      waiting.shift()
      taken = { ...next, events: [...taken.events, ...next.events] }
    }
    events -= weight(taken)
    wakePump()
    return taken
  }

  void pump()
  return {
    async next(merge) {
      for (;;) {
        const message = take(merge)
        if (message !== undefined) return message
        if (end === 'ended' || closed) return null
        if (end !== null) throw end.error
        await new Promise<void>((resolve) => {
          wakeReader = resolve
        })
      }
    },
    close() {
      closed = true
      wakePump()
      wakeReader()
    },
  }
}

function weight(message: FeedMessage): number {
  return message.kind === 'events' ? message.events.length : 0
}
