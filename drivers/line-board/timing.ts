/** All waits of the driver, in milliseconds; tests hand in their own. */
export interface LineBoardTiming {
  readonly openTimeoutMs: number
  /** The heartbeat: the board is asked this often, and puts its lamps out when it hears nothing for 5 s. */
  readonly askMs: number
  /** For one answer: 132 bytes take 12 ms at 115200 baud and 138 ms at 9600, each way. */
  readonly answerTimeoutMs: number
  /** A request without an answer is sent so many times in all, with the same number. */
  readonly tries: number
  /** So many unanswered questions in a row, and the wire is opened anew. */
  readonly silentAsksToReopen: number
  readonly backOffFirstMs: number
  readonly backOffCapMs: number
}

export const DEFAULT_TIMING: LineBoardTiming = {
  openTimeoutMs: 3_000,
  askMs: 1_000,
  answerTimeoutMs: 400,
  tries: 3,
  silentAsksToReopen: 3,
  backOffFirstMs: 250,
  backOffCapMs: 10_000,
}

/** When a board that hears nothing puts its lamps out, so that a dead terminal invites nobody. */
export const BOARD_SILENCE_MS = 5_000
