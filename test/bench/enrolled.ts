import { join } from 'node:path'
import type { Log } from '../../electron/events.ts'
import { openPackages, type Packages } from '../../electron/packages.ts'
import { openTrust, type Trust } from '../../electron/trust.ts'
import { createHubClient } from '../../sync/hub-client/hub-client.ts'
import type { Provisioning } from '../../sync/protocol/keys.ts'
import type { ServiceItem } from '../../sync/protocol/service-item.ts'
import { ITEM_ID } from './sample-submission.ts'

export interface Enrolled {
  readonly trust: Trust
  readonly packages: Packages
  readonly sealKey: NonNullable<ReturnType<Trust['sealKey']>>
  readonly item: ServiceItem
}

/** Does under `dir` what a terminal's first contact with its hub does: enrols, takes keys and catalogue. */
export async function enrolAt(dir: string, provisioning: Provisioning, log: Log): Promise<Enrolled> {
  const hub = createHubClient({ baseUrl: provisioning.hubUrl, log: () => undefined })
  const opened = await openTrust({ dir: join(dir, 'trust'), provisioning, log })
  if (!opened.ok) throw new Error(`no trust: ${opened.fault} ${opened.detail}`)
  const { trust } = opened
  await trust.refresh(hub)
  const keySet = trust.keySet()
  const sealKey = trust.sealKey(new Date().toISOString())
  if (keySet === undefined || sealKey === undefined || !trust.enrolled()) throw new Error('not enrolled')
  const packages = await openPackages(join(dir, 'packages'), keySet, log)
  const answer = await hub.getPackage('catalogue', null, keySet)
  if (answer.outcome !== 'verified') throw new Error(`the hub gave no catalogue: ${answer.outcome}`)
  const { manifest, content, signed } = answer
  await packages.take({ kind: 'catalogue', manifest, content, signed })
  const item = packages.catalogue.get()?.catalogue.items.find((each) => each.id === ITEM_ID)
  if (item === undefined) throw new Error(`the catalogue has no ${ITEM_ID}`)
  return { trust, packages, sealKey, item }
}
