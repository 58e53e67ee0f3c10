import type { Suite } from '../../sync/envelope/suite.ts'
import type { HubClient } from '../../sync/hub-client/hub-client.ts'
import type { Break } from './options.ts'
import { POISON } from './sample.ts'

/**
 * Safeguards taken away on purpose, and the one poison: each from outside, around a production part. `no-fsync` is in
 * machine.ts, `no-unique` is an option of the hub's memory store.
 */

/** `any-receipt`: every signature counts as good. */
export function credulous(suite: Suite): Suite {
  return {
    ...suite,
    async verifiedText(jws) {
      return Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')
    },
  }
}

/** `early-purge`: whatever the hub has received counts as being in a backup. */
export function trusting(hub: HubClient, broken: Break | undefined): HubClient {
  if (broken !== 'early-purge') return hub
  return {
    ...hub,
    async contact(...parameters) {
      const answer = await hub.contact(...parameters)
      if (answer.outcome !== 'answered') return answer
      return { ...answer, answer: { ...answer.answer, backedUpThrough: answer.answer.hubSequence } }
    },
  }
}

/** Seals as the suite does, but signs the summary of a poisoned submission so that no hub can take it. */
export function poisonable(suite: Suite, onPoison: (submissionId: string) => void): Pick<Suite, 'encrypt'> & Suite {
  return {
    ...suite,
    encrypt(text, header, jwk) {
      if (text.includes(POISON) && typeof header.submissionId === 'string') onPoison(header.submissionId)
      return suite.encrypt(text, header, jwk)
    },
  }
}
