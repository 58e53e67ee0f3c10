/** What the hub's store keeps of sign-in codes; part of HubStore (store.ts). */
export interface CodeWrites {
  /** Notes a code as used; false when it was before. Forgets those that are over at `now`. */
  spendCode(code: SpentCode): Promise<boolean>
}

export interface SpentCode {
  /** SHA-256 of what only this code has; names nobody. */
  readonly mark: string
  /** When it is not good any more. */
  readonly endsAt: string
  readonly now: string
}
