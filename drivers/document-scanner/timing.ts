/** All waits of the driver, in milliseconds; tests hand in their own. */
export interface DocumentScannerTiming {
  /** Between looks at an idle eSCL device: a cover that is closed shows on the screen within this. */
  readonly idlePollMs: number
  /** A status this old is still believed when it says that nothing is wrong: it spares a scan one question. */
  readonly freshMs: number
  /** Between looks at an idle SANE device: each one opens the device, which some do with a noise. */
  readonly sanePollMs: number
  /** For the connection and the answer to a question (status, capabilities, the start or the deletion of a job). */
  readonly answerTimeoutMs: number
  /** For scanimage to open the device and list its options: over USB up to some seconds, longer on a cold one. */
  readonly saneAnswerTimeoutMs: number
  readonly backOffFirstMs: number
  /** A plug that is put back is found within this. */
  readonly backOffCapMs: number
  /** From the start of a job, or the end of the page before, to a whole page: 3 to 10 s when warm (devices.md 10). */
  readonly pageTimeoutMs: number
  /** Without one new byte in the middle of a page. */
  readonly pageStallMs: number
  readonly jobTimeoutMs: number
  /** How long a device may say "not yet" to a new job: lamps of old flatbeds warm up for half a minute. */
  readonly warmUpTimeoutMs: number
  /** Asked again after this when the device does not say when (503 without Retry-After). */
  readonly retryMs: number
  /** The longest Retry-After that is obeyed. */
  readonly retryCapMs: number
  /** For one DELETE of a job; tried again at each look. */
  readonly deleteTimeoutMs: number
  /** For scanimage to end by itself after it has said that it is through or has failed. Some versions never do. */
  readonly saneExitMs: number
}

export const DEFAULT_TIMING: DocumentScannerTiming = {
  idlePollMs: 2_000,
  freshMs: 2_500,
  sanePollMs: 30_000,
  answerTimeoutMs: 5_000,
  saneAnswerTimeoutMs: 20_000,
  backOffFirstMs: 250,
  backOffCapMs: 10_000,
  pageTimeoutMs: 60_000,
  pageStallMs: 15_000,
  jobTimeoutMs: 600_000,
  warmUpTimeoutMs: 60_000,
  retryMs: 1_000,
  retryCapMs: 10_000,
  deleteTimeoutMs: 3_000,
  saneExitMs: 1_500,
}

/** How much a device may send. */
export interface DocumentScannerLimits {
  /** A4 in colour at 300 dpi is 26 MB raw (devices.md 10); PNG is never larger than that. */
  readonly maxPageBytes: number
  readonly maxPages: number
}

export const DEFAULT_LIMITS: DocumentScannerLimits = { maxPageBytes: 32 * 1024 * 1024, maxPages: 100 }
