/**
 * Codes that people show to the terminal, on one path whichever scanner read them: one that types like a keyboard
 * (wedge-keys.ts) or one at main's device host. The page on the screen says whether it wants a code; one that no page
 * wants is dropped. What a code says may be somebody's token: it is handed on and nowhere written down.
 */
export type CodeSource = 'keyboard' | 'device-host'

/** Takes a code, or says false when it can do nothing with it. */
export type TakeCode = (text: string) => boolean

export class Codes {
  readonly #takers: TakeCode[] = []
  readonly #onDropped: (source: CodeSource) => void

  constructor(onDropped: (source: CodeSource) => void) {
    this.#onDropped = onDropped
  }

  /** From now on this is asked, before those that were here earlier, until the returned function is called. */
  want(take: TakeCode): () => void {
    this.#takers.unshift(take)
    return () => {
      const place = this.#takers.indexOf(take)
      if (place >= 0) this.#takers.splice(place, 1)
    }
  }

  /** A code was read. True when somebody took it. */
  tell(text: string, source: CodeSource): boolean {
    // One that takes it may leave, or bring the next page.
    const isTaken = [...this.#takers].some((take) => take(text))
    if (!isTaken) this.#onDropped(source)
    return isTaken
  }
}
