import { instantOrNull, newCounts, newNumbers, numberOrNull, type Words } from './columns.ts'
import type { ReceiptColumns } from './fact-columns.ts'
import { KeyColumn, SHA256 } from './keys.ts'
import type { LedgerItem, Reception } from './ledger-item.ts'

type ReceiptFactsOfItem = Pick<
  LedgerItem,
  'receivedAt' | 'hubReceivedUnixMs' | 'receivedSequence' | 'receiptSha256' | 'hubEpoch'
>

/** What is kept of receipts, by number in the order of the journal; one over a batch stands once. */
export class LedgerReceipts {
  readonly #words: Words
  readonly #sha256s = new KeyColumn(SHA256)
  readonly #sequences = newNumbers()
  /** Moments are milliseconds since 1970. */
  readonly #atMs = newNumbers()
  readonly #hubMs = newNumbers()
  readonly #hubEpochs = newCounts()
  #size = 0

  constructor(words: Words) {
    this.#words = words
  }

  /** Returns its number. */
  add({ at, receivedSequence, receipt, hubEpoch }: Reception): number {
    this.#sha256s.setText(this.#size, receipt.sha256)
    const hubMs = receipt.hubUnixMs ?? Number.NaN
    return this.#added(receivedSequence, Date.parse(at), hubMs, this.#words.numberOf(hubEpoch))
  }

  /** `words` gives numbers of this ledger for those of the columns. */
  addRow(facts: ReceiptColumns, row: number, receivedSequence: number, words: readonly number[]): number {
    this.#sha256s.set(this.#size, facts.sha256s, row * SHA256.width)
    const hubEpoch = words[facts.hubEpochs[row] ?? 0] ?? 0
    return this.#added(receivedSequence, facts.atMs[row] ?? 0, facts.hubMs[row] ?? Number.NaN, hubEpoch)
  }

  #added(sequence: number, atMs: number, hubMs: number, hubEpoch: number): number {
    const receipt = this.#size++
    this.#sequences.set(receipt, sequence)
    this.#atMs.set(receipt, atMs)
    this.#hubMs.set(receipt, hubMs)
    this.#hubEpochs.set(receipt, hubEpoch)
    return receipt
  }

  /** Journal sequence of its frame; NaN for a number that is none. */
  sequenceOf(receipt: number): number {
    return this.#sequences.get(receipt)
  }
  hubEpochOf(receipt: number): string | null {
    return receipt < 0 ? null : this.#words.word(this.#hubEpochs.get(receipt))
  }
  sha256Of(receipt: number): string {
    return this.#sha256s.text(receipt)
  }

  /** All null for a number that is none. */
  factsOf(receipt: number): ReceiptFactsOfItem {
    return {
      receivedAt: instantOrNull(this.#atMs.get(receipt)),
      hubReceivedUnixMs: numberOrNull(this.#hubMs.get(receipt)),
      receivedSequence: numberOrNull(this.#sequences.get(receipt)),
      receiptSha256: receipt < 0 ? null : this.#sha256s.text(receipt),
      hubEpoch: this.hubEpochOf(receipt),
    }
  }
}
