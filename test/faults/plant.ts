import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { samplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import { openTrust } from '../../electron/trust.ts'
import { sealSubmission } from '../../sync/envelope/seal.ts'
import { sealAttachment } from '../../sync/envelope/seal-attachment.ts'
import { sha256Hex } from '../../sync/envelope/sha256.ts'
import { openAttachments } from '../../sync/journal/attachments.ts'
import { openJournal } from '../../sync/journal/journal.ts'
import { Ledger } from '../../sync/journal/ledger.ts'
import { nodeDisk } from '../../sync/journal/node-disk.ts'
import { applicantOf } from '../../sync/protocol/identity.ts'
import { ProvisioningSchema } from '../../sync/protocol/keys.ts'
import type { ServiceItem } from '../../sync/protocol/service-item.ts'
import { makeTicket } from '../../sync/protocol/ticket.ts'
import { samplePayload } from '../bench/sample-submission.ts'
import type { Promise_ } from './oracle.ts'

/**
 * Submissions with attachments, laid into the journal of a stopped terminal by the production modules that seal, number
 * and store: no page can hand attachments in yet, but the terminal delivers them, chunk by chunk.
 */
export interface PlantOptions {
  readonly dataDir: string
  readonly provisioningFile: string
  readonly item: ServiceItem
  readonly count: number
  readonly episode: number
}

const CARD_OF = 'zhou-mingyuan'
/** Two chunks of each attachment: one whole and a piece. */
const ATTACHMENT_BYTES = (1 << 20) + 40_000
const SECRET_BYTES = 16

export async function plant(options: PlantOptions): Promise<readonly Promise_[]> {
  const { dataDir, item, episode } = options
  const provisioning = ProvisioningSchema.parse(JSON.parse(await readFile(options.provisioningFile, 'utf8')))
  const trusted = await openTrust({ dir: join(dataDir, 'trust'), provisioning, log: () => undefined })
  if (!trusted.ok) throw new Error(`no trust: ${trusted.detail}`)
  const { trust } = trusted
  const sealKey = trust.sealKey(new Date().toISOString())
  if (sealKey === undefined) throw new Error('no key to seal to')
  const ledger = new Ledger()
  const opened = await openJournal({
    dir: join(dataDir, 'journal'),
    log: () => undefined,
    onEntry: (entry) => ledger.apply(entry),
  })
  if (!opened.ok) throw new Error(`the journal did not open: ${opened.fault}`)
  const { journal } = opened
  const attachments = await openAttachments(nodeDisk, join(dataDir, 'attachments'), () => undefined)
  const promises: Promise_[] = []
  try {
    for (let number = 0; number < options.count; number++) {
      const payload = samplePayload(item, applicant())
      const { submissionId, acceptedAt, kind } = payload
      const { attachment, chunks } = await sealAttachment({
        submissionId,
        index: 0,
        materialId: 'proof',
        mediaType: 'image/jpeg',
        plain: randomBytes(ATTACHMENT_BYTES),
      })
      const ticket = makeTicket((limit) => randomInt(limit))
      const deviceSequence = ledger.nextDeviceSequence
      const { envelope, sha256 } = await sealSubmission({
        payload: { ...payload, attachments: [attachment] },
        summary: {
          kind,
          submissionId,
          terminalId: provisioning.terminalId,
          deviceSequence,
          item: payload.item,
          ticket,
          secretSha256: sha256Hex(randomBytes(SECRET_BYTES).toString('base64url')),
          acceptedAt,
        },
        sealKey,
        deviceKey: trust.deviceKey,
        chunks,
      })
      const put = await attachments.put(chunks.map((chunk) => ({ sha256: chunk.sha256, bytes: chunk.sealed })))
      if (!put.ok) throw new Error(`chunks not stored: ${put.detail}`)
      const draftId = randomUUID()
      const written = await journal.append({
        type: 'accepted',
        at: acceptedAt,
        submissionId,
        draftId,
        kind,
        deviceSequence,
        itemId: item.id,
        ticket,
        envelope,
        envelopeSha256: sha256,
        chunks: chunks.map(({ sha256: name, bytes }) => ({ sha256: name, bytes })),
      })
      if (!written.ok) throw new Error(`not appended: ${written.detail}`)
      promises.push({ id: submissionId, ticket, sha256, draftId, episode })
    }
  } finally {
    await journal.close()
  }
  return promises
}

function applicant() {
  const person = samplePerson(CARD_OF)
  if (person === undefined) throw new Error(`no sample person ${CARD_OF}`)
  const now = new Date().toISOString()
  const result = applicantOf(person.cardType, { ...person.fields }, now, now.slice(0, 10))
  if (!result.ok) throw new Error(`the sample card cannot be used: ${result.refusal}`)
  return result.applicant
}
