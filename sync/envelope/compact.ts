import type { z } from 'zod'

/**
 * Reading the parts of compact JOSE texts (RFC 7515, RFC 7516) without trusting them.
 */

/** A JSON object as it came: private keys, headers. */
export type JsonObject = Record<string, unknown>

/**
 * The parts of a compact text, or undefined when their number is wrong or a part is not the one base64url spelling of
 * its bytes. Decoders ignore the spare bits of a last character, so without this check one signature had several
 * spellings and an envelope several hashes.
 */
export function compactParts(text: string, count: number): readonly string[] | undefined {
  const parts = text.split('.')
  if (parts.length !== count) return undefined
  return parts.every(isCanonical) ? parts : undefined
}

/**
 * True when a part is the one base64url spelling of its bytes: decoded and written again it is the same. Decoders pass
 * over what is no base64url, so any such character shows too.
 */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part
}

/** A base64url part as JSON of a given shape, or undefined. */
export function jsonPart<T extends z.ZodType>(part: string | undefined, schema: T): z.infer<T> | undefined {
  if (part === undefined) return undefined
  const parsed = schema.safeParse(jsonOrUndefined(Buffer.from(part, 'base64url').toString('utf8')))
  return parsed.success ? parsed.data : undefined
}

/** JSON text as a value; undefined when it is not JSON (JSON itself has no undefined). */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The first complaint of a schema as one line: where and what, never the value. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  return issue === undefined ? 'unknown' : `${issue.path.join('.') || '(root)'}: ${issue.code}`
}
