import type { FuzzTarget } from '../testing/fuzz-target.ts'
import { boardBody, readBoard } from './messages.ts'
import { buildFrame, createLineParser, MAX_FRAME_BYTES } from './protocol.ts'
import { LAMPS } from './states.ts'

/** Parsers of this class for the fuzz campaign. */

const inputs = { mains: 'lost', batteryPercent: 87, door: 'closed', presence: false } as const

function seeds(): readonly Uint8Array[] {
  const hello = boardBody({ word: 'HELLO', re: 1, version: 1, lamps: LAMPS, beeper: true })
  const state = boardBody({ word: 'STATE', re: undefined, inputs })
  return [
    buildFrame(1, hello),
    buildFrame(2, state),
    Buffer.concat([buildFrame(255, 'OK re=FF'), Buffer.from('\0noise'), buildFrame(0, 'NO why=no-such-lamp re=0A')]),
  ]
}

/** Frames and the messages in them. */
const framesTarget: FuzzTarget = {
  name: 'line-board/frames',
  seeds,
  maxHeldBytes: MAX_FRAME_BYTES,
  feed(bytes, pieces) {
    const parser = createLineParser()
    let outcome: 'accepted' | 'rejected' = 'rejected'
    let at = 0
    for (const size of [...pieces, bytes.length]) {
      const piece = bytes.subarray(at, at + size)
      at += piece.length
      if (piece.length === 0) continue
      for (const event of parser.push(piece)) {
        if (event.kind === 'frame' && readBoard(event.frame.body) !== undefined) outcome = 'accepted'
      }
      if (parser.held() > MAX_FRAME_BYTES) throw new RangeError(`${parser.held()} bytes are held`)
    }
    return outcome
  },
  /** By a regular expression and a bitwise CRC: nothing of the parser is used. */
  isGood(bytes) {
    const text = Buffer.from(bytes).toString('latin1')
    return [...text.matchAll(/@(([0-9A-F]{2})[0-9A-F]{2}([ -?A-~]+?))\*([0-9A-F]{4})\r\n/g)].some(
      ([, checked = '', length = '', body = '', crc = '']) =>
        Number.parseInt(length, 16) === body.length && Number.parseInt(crc, 16) === slowCrc(checked),
    )
  },
}

function slowCrc(text: string): number {
  let crc = 0xffff
  for (const character of text) {
    crc ^= character.charCodeAt(0) << 8
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ ((crc & 0x8000) === 0 ? 0 : 0x1021)) & 0xffff
  }
  return crc
}

export const fuzzTargets: readonly FuzzTarget[] = [framesTarget]
