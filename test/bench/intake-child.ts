import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openPackages } from '../../electron/packages.ts'
import { openTrust } from '../../electron/trust.ts'
import { ProvisioningSchema } from '../../sync/protocol/keys.ts'
import { ITEM_ID, requestOf, samplePayload } from './sample-submission.ts'
import { openIntake } from './submit-intake.ts'

/**
 * A terminal's intake in a process of its own, over a terminal's folder as it is: a line on standard input is one
 * submission, a report on standard output how long it took. So that a full and an empty queue share nothing.
 * Usage: node test/bench/intake-child.ts TERMINAL_DIR
 */
const dir = process.argv[2]
if (dir === undefined) throw new Error('usage: node test/bench/intake-child.ts TERMINAL_DIR')
const say = (report: Record<string, unknown>) => process.stdout.write(`${JSON.stringify(report)}\n`)
const log = () => undefined

const provisioning = ProvisioningSchema.parse(JSON.parse(await readFile(join(dir, 'provisioning.json'), 'utf8')))
const opened = await openTrust({ dir: join(dir, 'trust'), provisioning, log })
if (!opened.ok) throw new Error(`no trust: ${opened.fault} ${opened.detail}`)
const { trust } = opened
const packages = await openPackages(join(dir, 'packages'), trust.keySet(), log)
const item = packages.catalogue.get()?.catalogue.items.find((each) => each.id === ITEM_ID)
const sealKey = trust.sealKey(new Date().toISOString())
if (item === undefined || sealKey === undefined) throw new Error('no catalogue or no key')
const parts = await openIntake(dir, { provisioning, trust, packages, item, sealKey })
const payload = samplePayload(item, parts.applicant)
say({ event: 'ready', submissions: parts.size() })

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'end') break
  const request = requestOf(payload)
  const beganMs = performance.now()
  const answer = await parts.intake.submit(request)
  const tookMs = performance.now() - beganMs
  if (!answer.ok) throw new Error(`not accepted: ${answer.fault}`)
  say({ event: 'submitted', tookMs })
}
await parts.close()
process.exit(0)
