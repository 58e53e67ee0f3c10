import { oc } from '@orpc/contract'
import { z } from 'zod'

/** As many glyphs as one sentence of a screen has at most; the page speaks sentence by sentence. */
export const SPOKEN_MAX_CHARACTERS = 160
export const SpokenLanguageSchema = z.enum(['zh', 'en', 'ug'])
export type SpokenLanguage = z.infer<typeof SpokenLanguageSchema>
/** 1 is moderate. */
export const SPEECH_RATES = [0.7, 1, 1.3] as const
export const SpeechRateSchema = z.literal(SPEECH_RATES)
export type SpeechRate = z.infer<typeof SpeechRateSchema>

export const SpeakAnswerSchema = z.discriminatedUnion('ok', [
  /** A whole WAV file, base64. */
  z.object({ ok: z.literal(true), wav: z.base64() }),
  z.object({
    ok: z.literal(false),
    /** missing: no espeak-ng here. replaced: a newer sentence came. */
    fault: z.enum(['missing', 'replaced', 'too-slow', 'too-long', 'stopped']),
  }),
])
export type SpeakAnswer = z.infer<typeof SpeakAnswerSchema>

/** What main can speak; empty where the program is missing. */
export const voices = oc.output(z.object({ languages: z.array(SpokenLanguageSchema) }))
/** Makes one sentence into sound. One at a time: a newer one ends the one before. */
export const speak = oc
  .input(
    z.object({
      text: z.string().min(1).max(SPOKEN_MAX_CHARACTERS),
      language: SpokenLanguageSchema,
      rate: SpeechRateSchema,
    }),
  )
  .output(SpeakAnswerSchema)

export const speech = { voices, speak }
