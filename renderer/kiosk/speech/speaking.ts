/** Whether the page is being read aloud now, for the voice line beside the question. */
let isSpeaking = false
const listeners = new Set<() => void>()

export const speaking = {
  get: (): boolean => isSpeaking,
  set(now: boolean): void {
    if (now === isSpeaking) return
    isSpeaking = now
    for (const listener of listeners) listener()
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}
