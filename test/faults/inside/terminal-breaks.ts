import nodeCrypto, { subtle, webcrypto } from 'node:crypto'
import { existsSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { type Control, readNotes, writeNote } from './control.ts'

/** Takes one safety of the terminal away. Says so in the notes when it bites, so that a break that does nothing shows. */
export function breakTerminal(control: Control): void {
  if (control.break === 'any-receipt') believeEverySignature(control)
  if (control.break === 'no-resend') sendOnce(control)
}

/** Every signature is called good: a receipt that anybody made is believed. */
function believeEverySignature(control: Control): void {
  let told = false
  const yes = () => {
    if (!told) writeNote(control, { note: 'broken', break: 'any-receipt', what: 'a signature was not checked' })
    told = true
    return true
  }
  const prototype = Object.getPrototypeOf(subtle ?? webcrypto.subtle) as { verify: unknown }
  prototype.verify = async () => yes()
  Object.assign(nodeCrypto, { verify: () => yes() })
  syncBuiltinESMExports()
}

/** What left once never leaves again, whatever came of it, also after a restart. */
function sendOnce(control: Control): void {
  const sent = new Set(
    existsSync(control.notes)
      ? readNotes(control.notes).flatMap((note) => (note.note === 'sent' ? [note.submissionId] : []))
      : [],
  )
  const real = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : String(input))
    const single = /^\/v1\/submissions\/([^/]+)$/.exec(pathname)?.[1]
    if (single === undefined && pathname !== '/v1/batches') return real(input, init)
    const request = new Request(input, init)
    const body = await request.clone().text()
    const ids =
      single !== undefined
        ? [single]
        : (JSON.parse(body) as { submissions: { submissionId: string }[] }).submissions.map((each) => each.submissionId)
    if (ids.some((id) => sent.has(id))) {
      writeNote(control, { note: 'broken', break: 'no-resend', what: 'a submission was not sent again' })
      throw new TypeError('fetch failed')
    }
    for (const submissionId of ids) {
      sent.add(submissionId)
      writeNote(control, { note: 'sent', submissionId })
    }
    return real(request)
  }
}
