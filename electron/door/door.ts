import { randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * The way into the browser shell: a token of 128 bits, good once and for 10 s, is exchanged for a cookie that lives as
 * long as main (issue 2, item 4). Whoever has no cookie sees nothing.
 */
export const TOKEN_VALID_MS = 10_000
const SECRET_BYTES = 16
export const COOKIE_NAME = 'bianmin'

export interface Door {
  /** A new token for a browser that is about to start. */
  issueToken(): string
  /** The Set-Cookie value for a token that is fresh and unused, else undefined. Uses the token up either way. */
  exchange(token: string): string | undefined
  /** True when a Cookie header carries a cookie that this door gave out. */
  knows(cookieHeader: string | undefined): boolean
}

export function createDoor(nowMs: () => number): Door {
  const tokens = new Map<string, number>()
  const cookies: string[] = []

  return {
    issueToken() {
      const token = randomBytes(SECRET_BYTES).toString('base64url')
      tokens.set(token, nowMs() + TOKEN_VALID_MS)
      return token
    },
    exchange(token) {
      const validUntilMs = tokens.get(token)
      tokens.delete(token)
      for (const [old, untilMs] of tokens) if (untilMs < nowMs()) tokens.delete(old)
      if (validUntilMs === undefined || validUntilMs < nowMs()) return undefined
      const cookie = randomBytes(SECRET_BYTES).toString('base64url')
      cookies.push(cookie)
      return `${COOKIE_NAME}=${cookie}; Path=/; HttpOnly; SameSite=Strict`
    },
    knows(cookieHeader) {
      if (cookieHeader === undefined) return false
      const values = cookieHeader
        .split(';')
        .map((pair) => pair.trim())
        .filter((pair) => pair.startsWith(`${COOKIE_NAME}=`))
        .map((pair) => pair.slice(COOKIE_NAME.length + 1))
      return values.some((value) => cookies.some((cookie) => same(value, cookie)))
    },
  }
}

function same(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
