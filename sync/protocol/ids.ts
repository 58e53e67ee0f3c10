import { z } from 'zod'

/** The terminal's name at the hub, printed on receipts: letters, digits and hyphens. */
export const TerminalIdSchema = z.string().regex(/^[A-Z0-9][A-Z0-9-]{1,30}$/)
export const SubmissionIdSchema = z.uuid()
export const DraftIdSchema = z.uuid()
/** SHA-256 as 64 lower-case hexadecimal digits. */
export const Sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)
/** A moment as ISO 8601 in UTC with milliseconds, as Date.toISOString writes it. */
export const InstantSchema = z.iso.datetime({ precision: 3 })
/** A hub's epoch: changes when the hub was restored from a backup. */
export const HubEpochSchema = z.uuid()
export const CompactJwsSchema = z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)
export const CompactJweSchema = z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]+\.[\w-]+\.[\w-]+$/)
/** 128 random bits in base64url: the secret in the receipt's QR code. */
export const SecretSchema = z.string().regex(/^[\w-]{22}$/)

export type TerminalId = z.infer<typeof TerminalIdSchema>
export type SubmissionId = z.infer<typeof SubmissionIdSchema>
