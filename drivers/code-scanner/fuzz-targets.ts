import { decodeText } from './decode.ts'
import type { CodeFramer, Framed } from './framing.ts'
import { buildReports, createHidFramer, REPORT_BYTES } from './hid-framing.ts'
import { createSerialFramer } from './serial-framing.ts'
import { MAX_CODE_BYTES } from './states.ts'

/**
 * The parsers of this class for the fuzz campaign: FuzzTargets by shape, since what is shipped imports no test tools. A
 * code has no checksum that arrives here, so nothing can be said of what is accepted but that it is text of some length.
 */
type Verdict = 'accepted' | 'rejected'

const CONTENTS = ['6901234567892', 'https://example.com/x?id=Y7', '云洲市政务服务中心', 'A\r\nB', '一'.repeat(900)]

/** Throws when a code is delivered that its own schema would refuse, or more is kept than may be. */
function judge(framer: CodeFramer, framed: readonly Framed[]): boolean {
  if (framer.heldBytes() > MAX_CODE_BYTES) throw new Error(`${framer.heldBytes()} bytes are held`)
  for (const each of framed) {
    if (each.kind !== 'code') continue
    if (each.text.length === 0 || each.text.length > MAX_CODE_BYTES) throw new Error(`${each.text.length} characters`)
    if (each.aim !== null && each.aim.length !== 3) throw new Error(`AIM identifier "${each.aim}"`)
  }
  return framed.some(({ kind }) => kind === 'code')
}

function feed(framer: CodeFramer, chunks: readonly Uint8Array[]): Verdict {
  let accepted = false
  for (const chunk of chunks) accepted = judge(framer, framer.push(chunk)) || accepted
  accepted = judge(framer, framer.quiet()) || accepted
  if (framer.isOpen()) throw new Error('still open when the line is still')
  return accepted ? 'accepted' : 'rejected'
}

function piecesOf(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  let at = 0
  const pieces = sizes.map((size) => {
    const piece = bytes.subarray(at, at + size)
    at += size
    return piece
  })
  return [...pieces, bytes.subarray(at)]
}

const serial = {
  name: 'code-scanner/serial',
  seeds: (): Uint8Array[] => [
    ...CONTENTS.map((content) => Buffer.from(`${content}\r\n`)),
    Buffer.from(']Q1https://example.com\r'),
    Uint8Array.of(0xd4, 0xc6, 0xd6, 0xde, 0x0d),
  ],
  maxHeldBytes: MAX_CODE_BYTES,
  feed: (bytes: Uint8Array, pieces: readonly number[]): Verdict => feed(createSerialFramer(), piecesOf(bytes, pieces)),
}

const hid = {
  name: 'code-scanner/hid',
  seeds: (): Uint8Array[] =>
    [false, true].flatMap((aimLate) =>
      CONTENTS.map((content) => Buffer.concat(buildReports(Buffer.from(content), ']Q1', aimLate))),
    ),
  maxHeldBytes: MAX_CODE_BYTES,
  /** Reports have one size; `pieces` says nothing here. */
  feed(bytes: Uint8Array): Verdict {
    const sizes = new Array<number>(Math.floor(bytes.length / REPORT_BYTES)).fill(REPORT_BYTES)
    return feed(createHidFramer(), piecesOf(bytes, sizes))
  },
}

const text = {
  name: 'code-scanner/text',
  seeds: (): Uint8Array[] => CONTENTS.map((content) => Buffer.from(content)),
  maxHeldBytes: 0,
  feed: (bytes: Uint8Array): Verdict => (decodeText(bytes).ok ? 'accepted' : 'rejected'),
}

export const fuzzTargets = [serial, hid, text]
