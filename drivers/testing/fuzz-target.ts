/** One parser as the fuzz campaign (test/fuzz) sees it. */
export interface FuzzTarget {
  /** class/parser, for instance "id-card-reader/frames". */
  readonly name: string
  /** Valid inputs, to be mutated; made anew at each call. */
  seeds(): readonly Uint8Array[]
  /**
   * Feeds bytes in pieces of the given sizes (the last piece takes the rest) to a fresh parser. Throwing is a crash.
   * `accepted`: something was delivered as data.
   */
  feed(bytes: Uint8Array, pieces: readonly number[]): 'accepted' | 'rejected'
  /**
   * For protocols with a checksum or signature: whether these bytes hold only frames that are truly valid, judged without
   * the parser. Absent where any bytes may be data, as in a bar code.
   */
  isGood?(bytes: Uint8Array): boolean
  /** The most that a parser may hold of unfinished input, in bytes; checked by the campaign through `held`. */
  readonly maxHeldBytes: number
}
