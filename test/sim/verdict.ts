import type { Host } from './host.ts'
import type { Oracle, Promised } from './oracle.ts'
import type { World } from './world-parts.ts'

/** Where a promise stands, as far as anybody may say so without the oracle. */
type Standing = 'held' | 'refused' | 'damaged' | 'waiting' | 'gone'

function standing({ oracle, hosts }: World, promise: Promised): Standing {
  if (oracle.rows.has(promise.submissionId)) return 'held'
  if (oracle.damagedIds.has(promise.submissionId)) return 'damaged'
  const item = hostOf(hosts, promise)?.terminal?.ledger.bySubmission(promise.submissionId)
  if (item === undefined) return 'gone'
  if (item.state === 'quarantined')
    return isRefusable(oracle, promise.submissionId, promise.terminalId) ? 'refused' : 'waiting'
  // A revoked terminal is not told that the hub forgot: its payload waits there for a person who enrols it anew.
  if (oracle.refusableTerminals.has(promise.terminalId) && !item.purged) return 'refused'
  return item.state === 'queued' ? 'waiting' : 'gone'
}

function isRefusable(oracle: Oracle, submissionId: string, terminalId: string): boolean {
  return oracle.refusable.has(submissionId) || oracle.refusableTerminals.has(terminalId)
}

function hostOf(hosts: readonly Host[], promise: Promised): Host | undefined {
  return hosts.find((host) => host.name === promise.terminalId)
}

/**
 * True when nothing is left to do: every terminal runs and every promise is held by the hub or visibly refused. On the
 * way it does what a maintainer would: puts back what a passing fault had quarantined.
 */
export function settled(world: World): boolean {
  const { hosts, oracle } = world
  if (hosts.some((host) => host.terminal === undefined)) return false
  for (const host of hosts) host.requeueQuarantined((id) => !isRefusable(oracle, id, host.name))
  if (hosts.some((host) => host.terminal?.ledger.waiting !== 0)) return false
  for (const promise of oracle.promises.values()) {
    const stands = standing(world, promise)
    // What the hub lost again by a restore is "received" at its terminal until the next contact: gone, for now.
    if (stands === 'waiting' || stands === 'gone') return false
  }
  return true
}

/** Do all queues show what the journals say? The worker hears of a frame a moment after it was written. */
export async function queuesAgree({ hosts }: World): Promise<boolean> {
  for (const host of hosts) if ((await host.queueDifferences()).length > 0) return false
  return true
}

/** After the healing: what is not where it must be is a violation. */
export async function judgeInTheEnd(world: World): Promise<void> {
  const { oracle, hosts } = world
  for (const promise of oracle.promises.values()) {
    const stands = standing(world, promise)
    const host = hostOf(hosts, promise)
    const word = JSON.stringify(host?.terminal?.ledger.bySubmission(promise.submissionId) ?? host?.refusal ?? 'unknown')
    const what = `${promise.terminalId} ${promise.submissionId} (${promise.ticket}, ${promise.deviceSequence}): ${word}`
    if (stands === 'gone') oracle.violated('lost', what)
    else if (stands === 'waiting') oracle.violated('undelivered', what)
  }
  for (const host of hosts) {
    const differences = await host.queueDifferences()
    if (differences.length === 0) continue
    oracle.violated('queue-differs-from-journal', `${host.name}: ${differences.slice(0, 5).join('; ')}`)
  }
}
