import { connect, type Socket } from 'node:net'
import { type Clock, realClock } from '../transport/clock.ts'
import { messageOf } from '../transport/link-core.ts'
import type { VirtualCard } from './virtual-card.ts'

/**
 * Puts a virtual card into vpcd's virtual reader, which the real pcscd then serves (reference/devices.md 2.3, Debian's
 * vsmartcard-vpcd): over TCP, each message a big-endian length and its bytes; one byte is a control message (0 power
 * off, 1 power on, 2 reset, 4 ATR wanted), anything else a command. An open connection is a card that lies there.
 */

export const VPCD_PORT = 35_963
const CONNECT_TIMEOUT_MS = 3_000
const LENGTH_BYTES = 2
/** No command is longer; a greater length is noise. */
const MAX_MESSAGE_BYTES = 261
const CONTROL = { off: 0, on: 1, reset: 2, atr: 4 } as const
/** One byte more than an ATR may have: vpcd then reports that the card did not come up. */
const IMPOSSIBLE_ATR = new Uint8Array(34).fill(0x3b)

export interface VpcdCardOptions {
  readonly port?: number
  readonly host?: string
  readonly clock?: Clock
}

export interface VpcdSlot {
  /** Puts the card in; a mute one is seen and does not answer its reset. */
  insert(card: VirtualCard, how?: 'good' | 'mute'): Promise<{ ok: true } | { ok: false; detail: string }>
  /** Takes it out; pcscd notices within 400 ms. */
  lift(): void
}

export function createVpcdSlot(options: VpcdCardOptions = {}): VpcdSlot {
  const clock = options.clock ?? realClock
  let inserted: Socket | undefined

  function serve(socket: Socket, card: VirtualCard, isMute: boolean): void {
    let kept = Buffer.alloc(0)
    const say = (bytes: Uint8Array) => {
      // Length and bytes in one piece: two would wait for the reader's delayed acknowledgement.
      const message = Buffer.alloc(LENGTH_BYTES + bytes.length)
      message.writeUInt16BE(bytes.length)
      message.set(bytes, LENGTH_BYTES)
      socket.write(message)
    }
    const take = (message: Uint8Array) => {
      if (message.length === 1) {
        if (message[0] === CONTROL.atr) say(isMute ? IMPOSSIBLE_ATR : card.atr)
        else card.reset()
        return
      }
      const answer = card.transmit(message)
      if (answer.kind === 'lifted') socket.destroy()
      else if (answer.kind === 'answer') {
        if (answer.delayMs === 0) say(answer.bytes)
        else clock.after(answer.delayMs, () => say(answer.bytes))
      }
    }
    socket.on('data', (bytes: Buffer) => {
      kept = Buffer.concat([kept, bytes])
      while (kept.length >= LENGTH_BYTES) {
        const length = kept.readUInt16BE(0)
        if (length > MAX_MESSAGE_BYTES) {
          socket.destroy()
          return
        }
        if (kept.length < LENGTH_BYTES + length) return
        const message = Uint8Array.from(kept.subarray(LENGTH_BYTES, LENGTH_BYTES + length))
        kept = kept.subarray(LENGTH_BYTES + length)
        take(message)
      }
    })
  }

  return {
    insert: (card, how = 'good') =>
      new Promise((resolve) => {
        inserted?.destroy()
        const socket = connect({ host: options.host ?? '127.0.0.1', port: options.port ?? VPCD_PORT, noDelay: true })
        inserted = socket
        const timer = setTimeout(() => {
          socket.destroy()
          resolve({ ok: false, detail: `vpcd did not answer within ${CONNECT_TIMEOUT_MS} ms` })
        }, CONNECT_TIMEOUT_MS)
        socket.on('error', (error) => {
          clearTimeout(timer)
          resolve({ ok: false, detail: messageOf(error) })
        })
        socket.once('connect', () => {
          clearTimeout(timer)
          serve(socket, card, how === 'mute')
          resolve({ ok: true })
        })
      }),
    lift() {
      inserted?.destroy()
      inserted = undefined
    },
  }
}
