/**
 * V8's young generation, in megabytes for each of its halves. Its own choice (16) fills with the texts of envelopes while
 * a long queue drains, and the process keeps that memory afterwards: with 4 main stays within a few megabytes of idle
 * and is no slower (issue 3, memory while draining). V8 reads it at start only, so it stands on the command line.
 */
const SEMI_SPACE_MB = 4
export const YOUNG_HEAP_FLAG = `--max-semi-space-size=${SEMI_SPACE_MB}`
/** The same for Electron and Chromium, which hand it to their pages. */
export const YOUNG_HEAP_SWITCH = `--js-flags=${YOUNG_HEAP_FLAG}`
