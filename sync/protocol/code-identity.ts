import { z } from 'zod'
import { CompactJweSchema, HubEpochSchema, InstantSchema, TerminalIdSchema } from './ids.ts'
import { RsaJwkSchema } from './keys.ts'

/**
 * A code off the citizen's phone (电子社保卡, 网证), redeemed by the hub while the citizen waits. To a terminal it is an
 * opaque token, good once and for a short while: it is forwarded, never kept and never queued (devices.md section 3).
 */

/** Longest code that is forwarded, in UTF-16 units. */
export const MAX_CODE_UNITS = 1024

export const CodeRefusalSchema = z.enum([
  'unknown-code',
  'expired',
  'used',
  /** This hub reaches nobody who could say whose code it is. */
  'not-offered',
])
export type CodeRefusal = z.infer<typeof CodeRefusalSchema>

/** What the code stands for; sealed on its way to the terminal. */
export const CodePersonSchema = z.object({ name: z.string().min(1).max(60), idNumber: z.string().min(15).max(18) })
export type CodePerson = z.infer<typeof CodePersonSchema>

export const CodeIdentityClaimSchema = z.object({
  kind: z.literal('code-identity'),
  v: z.literal(1),
  terminalId: TerminalIdSchema,
  nonce: z.string().min(16).max(64),
  at: InstantSchema,
  code: z.string().min(1).max(MAX_CODE_UNITS),
  /** Made for this one question: whoever records the answer cannot read it, not even with the terminal's own key. */
  sealTo: RsaJwkSchema,
})
export type CodeIdentityClaim = z.infer<typeof CodeIdentityClaimSchema>

export const CodeIdentityAnswerSchema = z.object({
  kind: z.literal('code-identity-answer'),
  terminalId: TerminalIdSchema,
  nonce: z.string().min(16).max(64),
  at: InstantSchema,
  hubEpoch: HubEpochSchema,
  result: z.discriminatedUnion('ok', [
    /** Compact JWE over a CodePerson. */
    z.object({ ok: z.literal(true), sealed: CompactJweSchema }),
    z.object({ ok: z.literal(false), why: CodeRefusalSchema }),
  ]),
})
export type CodeIdentityAnswer = z.infer<typeof CodeIdentityAnswerSchema>
