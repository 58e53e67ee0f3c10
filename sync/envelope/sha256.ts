import { createHash } from 'node:crypto'

/** SHA-256 of bytes, or of a text's UTF-8 bytes, as 64 lower-case hexadecimal digits. */
export function sha256Hex(textOrBytes: string | Uint8Array): string {
  return createHash('sha256').update(textOrBytes).digest('hex')
}
