import { z } from 'zod'
import { HubEpochSchema, InstantSchema, SecretSchema, Sha256Schema, TerminalIdSchema } from './ids.ts'

/**
 * Staff who may help at a terminal (帮办), as the hub tells each terminal. A terminal checks them without network, so the
 * list carries verifiers over PIN and badge secret, and neither of the two: who steals a list can let nobody in.
 */

/** A list that is older than this lets nobody in: whoever was taken off it is out by then, wherever the network is. */
export const STAFF_LIST_LIFE_MS = 72 * 60 * 60_000
export const MAX_STAFF = 200

/** The number on the badge, shown to citizens and written on cases; given once and never to another person. */
export const StaffIdSchema = z.string().regex(/^[0-9A-Z][0-9A-Z-]{0,19}$/, 'a staff number has 1 to 20 of 0-9 A-Z -')
export const StaffNameSchema = z.string().trim().min(1).max(30)
export const StaffPinSchema = z.string().regex(/^\d{6}$/, 'a staff PIN has 6 digits')
/** 64 random bits in base64url. Names a badge; a lost badge's successor has another. */
export const BadgeIdSchema = z.string().regex(/^[\w-]{11}$/)

/** scrypt (RFC 7914) over `PIN:badge secret`. The bounds keep a list from asking for more than 64 MiB or for next to nothing. */
export const ScryptVerifierSchema = z.object({
  /** N, a power of two. */
  cost: z.union([z.literal(16_384), z.literal(32_768), z.literal(65_536)]),
  /** r. */
  blockSize: z.literal(8),
  /** p. */
  lanes: z.int().min(1).max(4),
  /** At least 128 bits, base64url. */
  salt: z.string().regex(/^[\w-]{22,86}$/),
  /** 256 bits, base64url. */
  hash: z.string().regex(/^[\w-]{43}$/),
})
export type ScryptVerifier = z.infer<typeof ScryptVerifierSchema>

export const StaffMemberSchema = z.object({
  id: StaffIdSchema,
  name: StaffNameSchema,
  badgeId: BadgeIdSchema,
  verifier: ScryptVerifierSchema,
})
export type StaffMember = z.infer<typeof StaffMemberSchema>

/** What one terminal gets. */
export const StaffListSchema = z
  .object({
    kind: z.literal('staff-list'),
    terminalId: TerminalIdSchema,
    issuedAt: InstantSchema,
    expiresAt: InstantSchema,
    members: z.array(StaffMemberSchema).max(MAX_STAFF),
  })
  .refine(({ issuedAt, expiresAt }) => {
    const lifeMs = Date.parse(expiresAt) - Date.parse(issuedAt)
    return lifeMs > 0 && lifeMs <= STAFF_LIST_LIFE_MS
  }, 'a staff list lives at most 72 hours')
  .refine(
    ({ members }) => new Set(members.map(({ badgeId }) => badgeId)).size === members.length,
    'a badge belongs to one person',
  )
export type StaffList = z.infer<typeof StaffListSchema>

/** Signed by a key of use "package"; the list travels beside it and must have this hash. */
export const StaffManifestSchema = z.object({
  kind: z.literal('staff'),
  terminalId: TerminalIdSchema,
  version: z.int().min(1),
  hubEpoch: HubEpochSchema,
  sha256: Sha256Schema,
  bytes: z.int().min(1),
  publishedAt: InstantSchema,
})
export type StaffManifest = z.infer<typeof StaffManifestSchema>

/** Who helped, as the sealed payload names it. */
export const HelperSchema = z.object({ id: StaffIdSchema, name: StaffNameSchema })
export type Helper = z.infer<typeof HelperSchema>
/** As a case at the hub names her: she helped, and perhaps also saw the citizen's papers (sign-in.ts). */
export const CaseHelperSchema = HelperSchema.extend({ isWitness: z.boolean().optional() })
export type CaseHelper = z.infer<typeof CaseHelperSchema>
const MAX_HELPERS = 8
export const HelpersSchema = z.array(HelperSchema).min(1).max(MAX_HELPERS)
/** A witness may have helped with an earlier submission only. */
export const CaseHelpersSchema = z
  .array(CaseHelperSchema)
  .min(1)
  .max(MAX_HELPERS + 1)

export interface Badge {
  readonly badgeId: string
  /** 128 random bits in base64url, on the badge and nowhere else. */
  readonly secret: string
}

const BADGE = /^bianmin-staff:1:([\w-]{11}):([\w-]{22})$/

/** The text of a badge's QR code. */
export function badgeText({ badgeId, secret }: Badge): string {
  return `bianmin-staff:1:${BadgeIdSchema.parse(badgeId)}:${SecretSchema.parse(secret)}`
}

/** Undefined: the code is no badge of ours. */
export function readBadge(text: string): Badge | undefined {
  const [, badgeId, secret] = BADGE.exec(text.trim()) ?? []
  return badgeId === undefined || secret === undefined ? undefined : { badgeId, secret }
}
