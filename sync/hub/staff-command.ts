import { randomBytes, randomInt } from 'node:crypto'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { makeVerifier } from '../envelope/scrypt.ts'
import { badgeText } from '../protocol/staff.ts'
import { badgeSvg } from './badge-svg.ts'
import type { HubOptionsOf } from './options.ts'
import { isThere } from './pglite-copy.ts'
import type { StaffAnswer, StaffRequest } from './staff-book.ts'

/**
 * `staff` on the command line. PIN and badge secret are made here and leave this process in two ways only: the PIN once on
 * stdout, the secret in the badge's file. The hub gets a verifier.
 */

const BADGE_ID_BYTES = 8
const SECRET_BYTES = 16
const PIN_DIGITS = 6

type Line = { readonly event: string } & Readonly<Record<string, unknown>>
type Outcome = { readonly done: boolean; readonly line: Line }

/** `ask` hands the request to the hub, wherever it runs. */
export async function staffCommand(
  options: HubOptionsOf<'staff'>,
  ask: (request: StaffRequest) => Promise<StaffAnswer>,
): Promise<Outcome> {
  const [act, who] = options.args
  if (act === 'list') return outcomeOf(await ask({ kind: 'staff', act }))
  if (act === 'remove') return outcomeOf(await ask({ kind: 'staff', act, number: who }))
  const file = resolve(options.badge ?? '')
  // Made before anything else: a badge that nobody can print is none.
  if (await isThere(file)) return refused(`${file} exists`)
  const out = await open(file, 'wx', 0o600)
  try {
    const badge = {
      badgeId: randomBytes(BADGE_ID_BYTES).toString('base64url'),
      secret: randomBytes(SECRET_BYTES).toString('base64url'),
    }
    const pin = options.pin ?? String(randomInt(10 ** PIN_DIGITS)).padStart(PIN_DIGITS, '0')
    const verifier = await makeVerifier(pin, badge)
    const { number = null, terminals = null } = options
    const answer = await ask({ kind: 'staff', act, name: who, number, terminals, badgeId: badge.badgeId, verifier })
    if (!answer.ok || answer.act !== 'add') return outcomeOf(answer)
    await out.writeFile(badgeSvg({ name: who, number: answer.number, text: badgeText(badge) }))
    await out.sync()
    const { renewed } = answer
    // A PIN that was given is known already; it is not said again.
    const told = options.pin === undefined ? { pin } : {}
    const line = { event: 'staff-added', number: answer.number, name: who, terminals: terminals ?? 'all', renewed }
    return { done: true, line: { ...line, badge: file, ...told } }
  } finally {
    await out.close()
  }
}

function outcomeOf(answer: StaffAnswer): Outcome {
  if (!answer.ok) return refused(answer.fault)
  if (answer.act === 'list') return { done: true, line: { event: 'staff', staff: answer.staff } }
  return { done: true, line: { event: `staff-${answer.act === 'add' ? 'added' : 'removed'}`, number: answer.number } }
}

function refused(why: string): Outcome {
  return { done: false, line: { event: 'staff-refused', why } }
}
