import { z } from 'zod'
import type { RsaJwk } from '../protocol/keys.ts'
import {
  answerBinding,
  type PersonAnswer,
  PersonAnswerSchema,
  type PersonQuestion,
  PersonQuestionSchema,
} from '../protocol/person.ts'
import { compactParts, type JsonObject, jsonOrUndefined, jsonPart } from './compact.ts'
import type { Suite } from './suite.ts'

/** Seals and opens what a terminal asks about a person, and what the hub answers (protocol/person.ts). */

const HeaderSchema = z.object({ kid: z.string(), use: z.literal('person-question') })

/** @throws ZodError when the question breaks its schema: this program made it, so that is a bug. */
export async function sealQuestion(
  question: PersonQuestion,
  sealKey: { readonly kid: string; readonly jwk: RsaJwk },
  suite: Suite,
): Promise<string> {
  const text = JSON.stringify(PersonQuestionSchema.parse(question))
  return suite.encrypt(text, { kid: sealKey.kid, use: 'person-question' }, suite.wrapContentKey(sealKey.jwk))
}

/**
 * At the hub: the question, or undefined when it is not sealed to a key of ours, or is none.
 * @param asked the claim that carries it, already verified.
 */
export async function openQuestion(
  asked: { readonly sealed: string; readonly terminalId: string; readonly nonce: string },
  privateJwkOf: (kid: string) => JsonObject | undefined,
  suite: Suite,
): Promise<PersonQuestion | undefined> {
  const header = jsonPart(compactParts(asked.sealed, 5)?.[0], HeaderSchema)
  const key = header === undefined ? undefined : privateJwkOf(header.kid)
  if (key === undefined) return undefined
  const text = await suite.decrypt(asked.sealed, key)
  const parsed = PersonQuestionSchema.safeParse(text === undefined ? undefined : jsonOrUndefined(text))
  if (!parsed.success) return undefined
  const isOfClaim = parsed.data.terminalId === asked.terminalId && parsed.data.nonce === asked.nonce
  return isOfClaim ? parsed.data : undefined
}

/** Base64url. @throws ZodError when the answer breaks its schema: the hub made it, so that is a bug. */
export async function sealAnswer(
  answer: PersonAnswer,
  question: Pick<PersonQuestion, 'nonce' | 'answerKey'>,
  suite: Suite,
): Promise<string> {
  const plain = Buffer.from(JSON.stringify(PersonAnswerSchema.parse(answer)))
  const key = Buffer.from(question.answerKey, 'base64url')
  return (await suite.sealChunk(key, plain, answerBinding(question.nonce))).toString('base64url')
}

/**
 * At the terminal: the answer to this very question. Whoever could seal it had opened the question, so it is the hub's.
 * Undefined when it is not.
 */
export async function openAnswer(
  sealed: string,
  question: Pick<PersonQuestion, 'nonce' | 'answerKey'>,
  suite: Suite,
): Promise<PersonAnswer | undefined> {
  const key = Buffer.from(question.answerKey, 'base64url')
  const plain = await suite.openChunk(key, Buffer.from(sealed, 'base64url'), answerBinding(question.nonce))
  const parsed = PersonAnswerSchema.safeParse(plain === undefined ? undefined : jsonOrUndefined(plain.toString('utf8')))
  return parsed.success ? parsed.data : undefined
}
