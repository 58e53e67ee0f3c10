import { generateSigningKey, signingKeyFromJwk } from '../../sync/envelope/signing-key.ts'

/**
 * Answers that only look like the hub's: right words, right ids and hashes, the hub's key id, another key's signature.
 * A terminal that believes one thinks that it delivered what nobody holds.
 */
export interface Forger {
  /** Learns key id, type and epoch from a receipt that the hub really gave. */
  learn(receipt: string): void
  /** The answer to a hand-in that never reached the hub; undefined until a real receipt was seen. */
  answerTo(handIn: HandIn): Promise<string | undefined>
}

export interface HandIn {
  readonly kind: 'single' | 'batch'
  readonly items: readonly { readonly submissionId: string; readonly sha256: string; readonly envelope: string }[]
}

export async function makeForger(): Promise<Forger> {
  const { privateJwk } = await generateSigningKey()
  let real: { readonly kid: string; readonly typ: string; readonly payload: Record<string, unknown> } | undefined
  return {
    learn(receipt) {
      const [header = '', payload = ''] = receipt.split('.')
      const { kid, typ } = jsonOf(header)
      real = { kid: String(kid), typ: String(typ), payload: jsonOf(payload) }
    },
    async answerTo({ kind, items }) {
      if (real === undefined) return undefined
      const key = await signingKeyFromJwk(privateJwk, real.kid)
      const receipt = await key.sign(
        {
          ...real.payload,
          items: items.map(({ submissionId, sha256, envelope }, index) => ({
            submissionId,
            sha256,
            deviceSequence: deviceSequenceOf(envelope),
            hubSequence: 1_000_000 + index,
          })),
        },
        real.typ,
      )
      if (kind === 'single') return JSON.stringify({ receipt })
      const results = items.map(({ submissionId }) => ({ submissionId, outcome: 'stored' }))
      return JSON.stringify({ receipt, results })
    },
  }
}

/** What a request hands in, or undefined when it is none. */
export function handInOf(method: string, path: string, body: Buffer): HandIn | undefined {
  const single = method === 'PUT' ? /^\/v1\/submissions\/([^/?]+)$/.exec(path)?.[1] : undefined
  if (single === undefined && !(method === 'POST' && path === '/v1/batches')) return undefined
  const value = JSON.parse(body.toString('utf8')) as Record<string, unknown>
  if (single !== undefined) {
    const { sha256, envelope } = value as { sha256: string; envelope: string }
    return { kind: 'single', items: [{ submissionId: single, sha256, envelope }] }
  }
  return { kind: 'batch', items: (value as { submissions: HandIn['items'] }).submissions }
}

function deviceSequenceOf(envelope: string): number {
  const { summary } = JSON.parse(envelope) as { summary: string }
  return Number(jsonOf(summary.split('.')[1] ?? '').deviceSequence)
}

function jsonOf(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>
}
