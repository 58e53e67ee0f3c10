import type { CodePerson, CodeRefusal } from '../protocol/code-identity.ts'

/** Whoever knows whose code it is: an adapter to the platform that gave it out. A code is good once. */
export interface CodeIdentity {
  redeem(
    code: string,
  ): Promise<{ readonly ok: true; readonly person: CodePerson } | { readonly ok: false; readonly why: CodeRefusal }>
}
