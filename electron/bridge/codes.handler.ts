import { implement } from '@orpc/server'
import type { CodeDesk } from '../code-desk.ts'
import { codes } from './codes.contract.ts'

export function codesHandlers(desk: CodeDesk) {
  const os = implement(codes)
  return os.router({
    watchCodes: os.watchCodes.handler(({ signal }) => desk.follow(signal)),
  })
}
