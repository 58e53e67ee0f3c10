/** All waits of the driver, in milliseconds; tests hand in their own. */
export interface SmartCardTiming {
  readonly openTimeoutMs: number
  /** For the service's own answers, which need no card. It may still be starting its readers. */
  readonly answerTimeoutMs: number
  /** Without news the service is asked anew this often: the sign of life. */
  readonly probeMs: number
  /** Powering a card up takes at most about a second by ISO 7816-3, with another try at a lower voltage. */
  readonly connectTimeoutMs: number
  /** How long, and how often, a card that another program holds is asked for. */
  readonly shareWaitMs: number
  readonly shareRetryMs: number
  /** For one command: 256 bytes take 25 to 270 ms (reference/devices.md 10), a card may ask for more time. */
  readonly transmitTimeoutMs: number
  /** For a whole reading: 13 records, each perhaps asked for twice. */
  readonly jobTimeoutMs: number
  /** pcscd looks for cards every 400 ms: after this it has seen that one is gone. */
  readonly settleMs: number
  readonly backOffFirstMs: number
  readonly backOffCapMs: number
}

export const DEFAULT_TIMING: SmartCardTiming = {
  openTimeoutMs: 3_000,
  answerTimeoutMs: 5_000,
  probeMs: 1_000,
  connectTimeoutMs: 5_000,
  shareWaitMs: 1_000,
  shareRetryMs: 100,
  transmitTimeoutMs: 3_000,
  jobTimeoutMs: 15_000,
  settleMs: 1_000,
  backOffFirstMs: 250,
  backOffCapMs: 10_000,
}
