import { bindings } from './bindings.contract.ts'
import { codes } from './codes.contract.ts'
import { devices } from './devices.contract.ts'
import { feedback } from './feedback.contract.ts'
import { handover } from './handover.contract.ts'
import { identity } from './identity.contract.ts'
import { maintenance } from './maintenance.contract.ts'
import { person } from './person.contract.ts'
import { printing } from './printing.contract.ts'
import { proxy } from './proxy.contract.ts'
import { queue } from './queue.contract.ts'
import { scanning } from './scanning.contract.ts'
import { session } from './session.contract.ts'
import { speech } from './speech.contract.ts'
import { staff } from './staff.contract.ts'
import { submissions } from './submissions.contract.ts'

/** All that the page may ask of main. The sync worker has its own contract: sync/protocol/worker-port. */
export const bridgeContract = {
  identity,
  devices,
  codes,
  submissions,
  feedback,
  person,
  bindings,
  proxy,
  handover,
  printing,
  scanning,
  queue,
  session,
  staff,
  maintenance,
  speech,
}
