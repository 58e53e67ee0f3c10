import type { KeySet } from '../protocol/keys.ts'
import { type HubReceipt, HubReceiptSchema } from '../protocol/receipt.ts'
import { joseSuite } from './jose-suite.ts'
import type { JwsFault } from './jws.ts'
import { verifyHubJws } from './key-set.ts'
import type { SigningKey, Suite } from './suite.ts'

const TYP = 'bm-receipt+jws'

export type ReceiptResult =
  | { readonly ok: true; readonly receipt: HubReceipt }
  | { readonly ok: false; readonly fault: JwsFault; readonly detail: string }

/** The hub's promise that it holds what `receipt.items` lists. */
export function signReceipt(receipt: HubReceipt, key: SigningKey): Promise<string> {
  return key.sign(HubReceiptSchema.parse(receipt), TYP)
}

/** Checks a receipt's signature by a key of use "receipt" that was valid when it was given. */
export async function verifyReceipt(jws: string, keySet: KeySet, suite: Suite = joseSuite): Promise<ReceiptResult> {
  const verified = await verifyHubJws(jws, keySet, 'receipt', TYP, HubReceiptSchema, (it) => it.receivedAt, suite)
  return verified.ok ? { ok: true, receipt: verified.payload } : verified
}

/** The line of a receipt that covers exactly this submission with exactly this envelope, or undefined. */
export function receiptItem(
  receipt: HubReceipt,
  submissionId: string,
  sha256: string,
): HubReceipt['items'][number] | undefined {
  return receipt.items.find((item) => item.submissionId === submissionId && item.sha256 === sha256)
}
