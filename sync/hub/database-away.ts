/**
 * True for failures that pass by themselves: no connection, pool exhausted, server starting, stopping or full.
 * Source: PostgreSQL appendix A, classes 08 and 57P, code 53300.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (/^(08|57P)/.test(code) || ['53300', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code))
    return true
  return /timeout exceeded when trying to connect|Connection terminated/.test(error.message)
}
