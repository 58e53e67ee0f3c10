import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder'
import receiptline from 'receiptline'
import type { ReceiptDocument } from '../../drivers/receipt-printer/document.ts'
import { createReceiptPrinter } from '../../drivers/receipt-printer/driver.ts'
import { encodeDocument } from '../../drivers/receipt-printer/encode.ts'
import { createReceiptPrinterSimulator } from '../../drivers/receipt-printer/simulator.ts'
import type { ByteLink } from '../../drivers/transport/byte-link.ts'
import { realClock } from '../../drivers/transport/clock.ts'
import { DEFAULT_BAUD } from '../../drivers/transport/device-url.ts'
import { openLink } from '../../drivers/transport/open-link.ts'
import { BITS_PER_BYTE, createPacedWriter } from '../../drivers/transport/paced-writer.ts'
import { openPtyPair } from '../../drivers/transport/pty-pair.ts'
import { limitNote, ms, reachNote, times } from './render.ts'
import type { Report, Row } from './report.ts'
import { quantile, round } from './stats.ts'

/** Issue 4: so many lines of Chinese text and a QR code. */
const LINES = 40
const QR = 'https://example.invalid/r/0198c1d0?k=Zm9vYmFyYmF6cXV4MTIzNA'
/** Issue 4: at least so many times as fast as a peer. */
const FASTER = 2
/** Issue 4: at most so many times the wire time of the bytes. */
const WIRE_LIMIT = 1.05
const ENCODE_ROUNDS = 400
const WARM_UP = 100
const DEFAULT_PRINTS = 5

const chinese = Array.from({ length: LINES }, (_, index) => `第${index + 1}行　失业登记　云洲市南桥区政务服务中心`)
const latin = Array.from({ length: LINES }, (_, index) => `line ${index + 1}: registered, hall 3`)
const ours = (lines: readonly string[]): ReceiptDocument => ({
  blocks: [...lines.map((text) => ({ type: 'text' as const, text })), { type: 'qr', data: QR }, { type: 'cut' }],
})
const lineText = `${chinese.join('\n')}\n{code:${QR};option:qrcode,5,m}\n=\n`

/** Receipts: encoding beside two libraries, and printing over a serial line beside the time that its bytes need. */
export async function measureReceipts(prints = DEFAULT_PRINTS): Promise<Report> {
  const encoded = encodePart()
  const serial = await serialPart(prints, encoded.bytes)
  return {
    rows: [...encoded.rows, ...serial.rows],
    figures: { ...encoded.figures, ...serial.figures },
    problems: [...encoded.problems, ...serial.problems],
  }
}

function bytesOf(document: ReceiptDocument): number {
  const encoded = encodeDocument(document)
  if (!encoded.ok) throw new Error(`not encoded: ${encoded.unprintable.join('')}`)
  return encoded.chunks.reduce((sum, chunk) => sum + chunk.length, 0)
}

function byReceiptline(): number {
  return receiptline.transform(lineText, { cpl: 48, encoding: 'gb18030', command: 'escpos' }).length
}

/** Its code pages hold one byte a character: Chinese comes out as question marks, so it is compared in Latin. */
function byEncoder(): number {
  const encoder = new ReceiptPrinterEncoder({ language: 'esc-pos', columns: 48 }).initialize()
  for (const text of latin) encoder.line(text)
  return encoder.qrcode(QR).cut('partial').encode().length
}

function encodePart() {
  // In turn, so that whatever else the machine does hits all alike.
  const runs = {
    ours: () => bytesOf(ours(chinese)),
    receiptline: byReceiptline,
    oursLatin: () => bytesOf(ours(latin)),
    encoder: byEncoder,
  }
  const names = Object.keys(runs) as (keyof typeof runs)[]
  const took: Record<string, number[]> = {}
  const bytes: Record<string, number> = {}
  for (let turn = -WARM_UP; turn < ENCODE_ROUNDS; turn++) {
    for (const name of names) {
      const beganMs = performance.now()
      bytes[name] = runs[name]()
      const tookMs = performance.now() - beganMs
      if (turn >= 0) took[name] = [...(took[name] ?? []), tookMs]
    }
  }
  const p50 = (name: keyof typeof runs) => quantile(took[name] ?? [], 0.5)
  const ratio = p50('ours') / p50('receiptline')
  const latinRatio = p50('oursLatin') / p50('encoder')
  const rows: Row[] = [
    {
      what: `encode ${LINES} Chinese lines + QR, p50`,
      value: ms(p50('ours'), 3),
      beside: `receiptline ${ms(p50('receiptline'), 3)}`,
    },
    { what: '… times as fast', value: times(1 / ratio), beside: reachNote(times(FASTER), 1 / ratio >= FASTER) },
    {
      what: '… the same in Latin, p50',
      value: ms(p50('oursLatin'), 3),
      beside: `receipt-printer-encoder ${ms(p50('encoder'), 3)} (it has no Chinese)`,
    },
    {
      what: '… times as fast',
      value: times(1 / latinRatio),
      beside: reachNote(times(FASTER), 1 / latinRatio >= FASTER),
    },
    {
      what: '… bytes',
      value: `${bytes.ours}`,
      beside: `receiptline ${bytes.receiptline}; ${limitNote('its bytes', (bytes.ours ?? 0) <= (bytes.receiptline ?? 0))}`,
    },
  ]
  return {
    rows,
    problems: [] as string[],
    bytes: { ours: bytes.ours ?? 0, receiptline: bytes.receiptline ?? 0 },
    figures: {
      receiptEncode: {
        ratio: round(ratio),
        ratioLatin: round(latinRatio),
        limit: 1 / FASTER,
        withinLimit: ratio <= 1 / FASTER && latinRatio <= 1 / FASTER,
        oursMs: round(p50('ours'), 4),
        receiptlineMs: round(p50('receiptline'), 4),
        oursLatinMs: round(p50('oursLatin'), 4),
        encoderMs: round(p50('encoder'), 4),
      },
    },
  }
}

/** A PTY has no speed: what arrives at the printer's end is let through at the wire's pace. */
function paced(link: ByteLink): ByteLink {
  let deliver: (bytes: Uint8Array) => void = () => undefined
  const writer = createPacedWriter({ clock: realClock, baud: DEFAULT_BAUD, write: (bytes) => deliver(bytes) })
  return {
    ...link,
    onData(listener) {
      deliver = listener
      link.onData((bytes) => void writer.write(bytes))
    },
  }
}

async function serialPart(prints: number, encoded: { readonly ours: number; readonly receiptline: number }) {
  const none = { rows: [] as Row[], figures: { receiptSerial: null } }
  const cable = await openPtyPair()
  if (!cable.ok) return { ...none, problems: [`no serial line: ${cable.detail}`] }
  const [near, far] = cable.ends
  // Prints at once: what is measured is the wire.
  const simulator = createReceiptPrinterSimulator({ speedMmPerS: 0 })
  const end = await openLink(`serial://${far}?baud=${DEFAULT_BAUD}`, 3000)
  if (!end.ok) return { ...none, problems: [end.detail] }
  simulator.attachLink(paced(end.link))
  const printer = createReceiptPrinter({
    url: `serial://${near}?baud=${DEFAULT_BAUD}`,
    openLink,
    clock: realClock,
    onEvent: () => undefined,
    log: () => undefined,
  })
  printer.start()
  const took: number[] = []
  const sent: number[] = []
  try {
    for (let turn = -1; turn < prints; turn++) {
      const before = simulator.counters().bytesReceived
      const beganMs = performance.now()
      const result = await printer.print(ours(chinese), { jobId: `bench-${turn}` })
      if (!result.ok) return { ...none, problems: [`not printed: ${result.fault}`] }
      if (turn < 0) continue
      took.push(performance.now() - beganMs)
      sent.push(simulator.counters().bytesReceived - before)
    }
  } finally {
    await printer.stop()
    await cable.close()
  }
  const bytes = quantile(sent, 0.5)
  const wireMs = (bytes * BITS_PER_BYTE * 1000) / DEFAULT_BAUD
  const p50 = quantile(took, 0.5)
  const ratio = p50 / wireMs
  const withinBytes = bytes <= encoded.receiptline
  return {
    problems: [] as string[],
    rows: [
      {
        what: `the same printed at ${DEFAULT_BAUD} baud, p50`,
        value: ms(p50, 1),
        beside: `wire time of its ${bytes} bytes ${ms(wireMs, 1)}`,
      },
      { what: '… times the wire', value: times(ratio), beside: limitNote(times(WIRE_LIMIT), ratio <= WIRE_LIMIT) },
      {
        what: '… bytes with all questions',
        value: `${bytes}`,
        beside: `receiptline without any ${encoded.receiptline}; ${limitNote('its bytes', withinBytes)}`,
      },
    ],
    figures: {
      receiptSerial: {
        ratio: round(ratio),
        limit: WIRE_LIMIT,
        withinLimit: ratio <= WIRE_LIMIT,
        wireMs: round(wireMs, 1),
        p50Ms: round(p50, 1),
        bytes,
        encodedBytes: encoded.ours,
        peerBytes: encoded.receiptline,
        withinBytes,
      },
    },
  }
}
