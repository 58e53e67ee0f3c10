import { createHash, randomInt, randomUUID } from 'node:crypto'
import { pathToFileURL } from 'node:url'

/**
 * One run of some version of the terminal over a journal: accepts, takes receipts, tells what it sees. The version is a
 * checkout's folder; its own modules are used, so this file knows only what all versions have in common.
 *
 *     node program.ts CHECKOUT JOURNAL accept N | receive N | receive-batch N | rotate | list
 */
const [checkout = '', dir = '', action = '', count = '0'] = process.argv.slice(2)
const load = (path: string) => import(pathToFileURL(`${checkout}/${path}`).href)
const { openJournal } = await load('sync/journal/journal.ts')
const { Ledger } = await load('sync/journal/ledger.ts')
const { makeTicket } = await load('sync/protocol/ticket.ts')

const EPOCH = '7d1f1f6e-0c0f-4b7e-9a51-2d9d5d6f7a01'
const at = () => new Date().toISOString()
const ledger = new Ledger()
let unknown = 0
const opened = await openJournal({
  dir,
  log: () => undefined,
  onEntry(entry: { readonly known: boolean }) {
    if (!entry.known) unknown++
    ledger.apply(entry)
  },
})
if (!opened.ok) {
  process.stdout.write(`${JSON.stringify({ ok: false, fault: opened.fault, detail: opened.detail })}\n`)
  process.exit(0)
}
const { journal } = opened

async function append(frame: object): Promise<void> {
  const written = await journal.append(frame)
  if (!written.ok) throw new Error(`not written: ${written.fault}`)
}

async function accept(): Promise<void> {
  const submissionId = randomUUID()
  const envelope = JSON.stringify({ summary: 'a.b.c', sealed: `${submissionId}.${'x'.repeat(300)}` })
  await append({
    type: 'accepted',
    at: at(),
    submissionId,
    draftId: randomUUID(),
    kind: 'application',
    deviceSequence: ledger.nextDeviceSequence,
    itemId: 'S07',
    ticket: makeTicket((limit: number) => randomInt(limit)),
    envelope,
    envelopeSha256: createHash('sha256').update(envelope).digest('hex'),
  })
}

function waiting(limit: number): readonly { readonly submissionId: string; readonly deviceSequence: number }[] {
  return [...ledger.waitingItems()].slice(0, limit)
}

if (action === 'accept') for (let done = 0; done < Number(count); done++) await accept()
if (action === 'receive') {
  for (const { submissionId, deviceSequence } of waiting(Number(count))) {
    const receipt = { receipt: 'a.b.c', hubEpoch: EPOCH, hubSequence: deviceSequence }
    await append({ type: 'received', at: at(), submissionId, ...receipt })
  }
}
if (action === 'receive-batch') {
  const items = waiting(Number(count)).map((item) => ({
    submissionId: item.submissionId,
    hubSequence: item.deviceSequence,
  }))
  await append({ type: 'batch-received', at: at(), receipt: 'a.b.c', hubEpoch: EPOCH, items })
}
if (action === 'rotate') {
  if (journal.rotate === undefined) throw new Error('this version closes no segment early')
  if (!(await journal.rotate())) throw new Error('nothing to close')
  await journal.settled()
}
const items = [...ledger.items()] as readonly { readonly submissionId: string; readonly state: string }[]
const envelopes = await Promise.all(
  [items[0], items.at(-1)].map(async (item) =>
    item === undefined ? true : (await journal.readAccepted(item.submissionId)).ok,
  ),
)
await journal.close()
process.stdout.write(
  `${JSON.stringify({
    ok: true,
    unknown,
    ids: items.map((item) => item.submissionId),
    waiting: ledger.waiting,
    received: ledger.received,
    nextDeviceSequence: ledger.nextDeviceSequence,
    envelopesReadable: envelopes.every(Boolean),
  })}\n`,
)
