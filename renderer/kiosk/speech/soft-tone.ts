/**
 * The soft tone of 您还在吗 (look.md section 5, Countdown): two rising notes, for who does not look at the screen. Made by Web
 * Audio: the page's policy lets no sound be loaded.
 */

/** G5 and C6, in Hz: high enough for a hall's hum, low enough for old ears. */
const NOTES_HZ = [784, 1047] as const
const NOTE_S = 0.35
/** Of full scale: heard at the machine, not across the hall. */
const VOLUME = 0.25
const RISE_S = 0.03

let context: AudioContext | null = null

/** Resolves when it is over. Rejects where nothing can sound; the screen goes on without. */
export async function softTone(): Promise<void> {
  context ??= new AudioContext()
  await context.resume()
  const { destination, currentTime } = context
  const notes = NOTES_HZ.map((frequency, place) => {
    const gain = new GainNode(destination.context, { gain: 0 })
    const note = new OscillatorNode(destination.context, { type: 'sine', frequency })
    const beginsAt = currentTime + place * NOTE_S
    gain.gain.setValueAtTime(0, beginsAt)
    gain.gain.linearRampToValueAtTime(VOLUME, beginsAt + RISE_S)
    gain.gain.linearRampToValueAtTime(0, beginsAt + NOTE_S)
    note.connect(gain).connect(destination)
    note.start(beginsAt)
    note.stop(beginsAt + NOTE_S)
    return new Promise<void>((resolve) => {
      note.onended = () => resolve()
    })
  })
  await Promise.all(notes)
}
