import { randomUUID } from 'node:crypto'
import { sha256Hex } from '../../sync/envelope/sha256.ts'
import { sampleCatalogue } from '../../sync/hub/sample/catalogue.ts'
import { consentText } from '../../sync/protocol/consent.ts'
import { pledgeWords } from '../../sync/protocol/pledge.ts'
import type { ServiceItem } from '../../sync/protocol/service-item.ts'
import type { Applicant, ApplicationPayload, SubmitRequest } from '../../sync/protocol/submission.ts'

/** The submissions of the benches: the sample item, filled in, with as much signature as the wanted size holds. */

/** Issue 2 and 3 speak of submissions of 2 KB: what is sealed. */
export const PAYLOAD_BYTES = 2048
/** The sample item 失业登记: it has every kind of field, and a signature. */
export const ITEM_ID = 'S07'
/** The box of a signature (sync/protocol/submission.ts). */
const SIGNATURE_BOX = { width: 1000, height: 360 }

/** A payload as intake makes it. */
export function samplePayload(item: ServiceItem, applicant: Applicant): ApplicationPayload {
  const answers = Object.fromEntries(
    item.fields.map((field) => {
      if (field.type === 'choice') return [field.id, field.options[0]?.value ?? '']
      if (field.type === 'date') return [field.id, new Date().toISOString().slice(0, 8).concat('01')]
      return [field.id, field.type === 'phone' ? '13800136021' : '云洲市恒盛纺织有限公司']
    }),
  )
  const pledge = pledgeWords(item, answers, [], [])
  const points: [number, number][] = []
  const payload: ApplicationPayload = {
    v: 1,
    kind: 'application',
    submissionId: randomUUID(),
    item: { id: item.id, code: item.code, version: item.version },
    applicant,
    answers,
    consent: { textSha256: sha256Hex(consentText(item)) },
    ...(pledge === undefined ? {} : { pledge: pledge.zh }),
    signature: { strokes: [points] },
    acceptedAt: new Date().toISOString(),
  }
  do {
    const angle = points.length / 5
    points.push([
      Math.round((SIGNATURE_BOX.width / 2) * (1 + 0.9 * Math.cos(angle))),
      Math.round((SIGNATURE_BOX.height / 2) * (1 + 0.9 * Math.sin(angle * 1.7))),
    ])
  } while (Buffer.byteLength(JSON.stringify(payload)) < PAYLOAD_BYTES)
  return payload
}

/** What a page would have sent for such a payload. */
export function requestOf({ item, answers, signature }: ApplicationPayload): SubmitRequest {
  const sample = sampleCatalogue.items.find(({ id, version }) => id === item.id && version === item.version)
  return {
    draftId: randomUUID(),
    kind: 'application',
    item: { id: item.id, version: item.version },
    answers,
    ...(sample === undefined ? {} : { consent: consentText(sample) }),
    ...(signature === undefined ? {} : { signature }),
  }
}
