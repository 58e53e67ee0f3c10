import { createHmac, hkdfSync } from 'node:crypto'
import { type SealedDraft, SealedDraftSchema, type Slip } from '../protocol/handover.ts'
import { jsonOrUndefined } from './compact.ts'
import { joseSuite } from './jose-suite.ts'
import type { Suite } from './suite.ts'

/** HKDF-SHA-256 (RFC 5869): one purpose, one info, so that no derived value says anything of another. */
const INFO = 'bianmin handover v1'
const KEY_BYTES = 32
const SECRET_BYTES = 16

/** All that follows from a slip. */
export interface SlipKeys {
  readonly sealKey: Buffer
  /** Shows the hub that one has the slip; base64url. */
  readonly verifier: string
  /** Shows the hub that one has the slip and this card; base64url. The hub cannot try numbers: it has not the key. */
  cardProof(idNumber: string): string
}

export function newSlip(suite: Suite = joseSuite): Slip {
  return { handoverId: suite.randomUuid(), secret: suite.randomBytes(SECRET_BYTES).toString('base64url') }
}

export function slipKeys({ handoverId, secret }: Slip): SlipKeys {
  const derived = (purpose: 'seal' | 'verifier' | 'card') =>
    Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64url'), handoverId, `${INFO} ${purpose}`, KEY_BYTES))
  return {
    sealKey: derived('seal'),
    verifier: derived('verifier').toString('base64url'),
    cardProof: (idNumber) => createHmac('sha256', derived('card')).update(idNumber).digest('base64url'),
  }
}

/** Where and until when: bound to the ciphertext, so that neither can be changed at the hub. */
export interface SealPlace {
  readonly handoverId: string
  readonly terminalId: string
  readonly expiresAt: string
}
const additionalData = (place: SealPlace) => `${INFO} ${place.handoverId} ${place.terminalId} ${place.expiresAt}`

/** AES-256-GCM under the slip's key, in base64url. @throws ZodError when the draft breaks its schema: our own bug. */
export async function sealDraft(
  draft: SealedDraft,
  keys: Pick<SlipKeys, 'sealKey'>,
  place: SealPlace,
  suite: Suite = joseSuite,
): Promise<string> {
  const plain = Buffer.from(JSON.stringify(SealedDraftSchema.parse(draft)), 'utf8')
  return (await suite.sealChunk(keys.sealKey, plain, additionalData(place))).toString('base64url')
}

/** Undefined: not sealed by this slip at this place, or no draft of a version that this program knows. */
export async function openDraft(
  sealed: string,
  keys: Pick<SlipKeys, 'sealKey'>,
  place: SealPlace,
  suite: Suite = joseSuite,
): Promise<SealedDraft | undefined> {
  const plain = await suite.openChunk(keys.sealKey, Buffer.from(sealed, 'base64url'), additionalData(place))
  const draft = SealedDraftSchema.safeParse(plain === undefined ? undefined : jsonOrUndefined(plain.toString('utf8')))
  return draft.success ? draft.data : undefined
}
