import { z } from 'zod'
import { openEnvelope } from '../envelope/open.ts'
import type { Suite } from '../envelope/suite.ts'
import type { NoticeKind, Person } from '../protocol/person.ts'
import { showTicket } from '../protocol/ticket.ts'
import type { OnHubEvent } from './hub-events.ts'
import type { NoticeRow } from './notice-store.ts'
import type { SealKeys } from './seal-keys.ts'
import { chinaDate, chinaTime, type HubSources, instant } from './sources.ts'
import type { HubStore } from './store.ts'

/** What a principal is told, by a channel that knows where to find her. */
export interface Notice {
  /** The same again is the same notice: a channel that took it and whose answer was lost is asked once more. */
  readonly noticeId: string
  /** For the channel to find her by; never in the text. */
  readonly person: Person
  readonly text: string
  readonly at: string
}
/**
 * The channel: a province's messages or letters. Resolves when it took the notice and answers for it; throws when it did
 * not, and is asked again.
 */
export interface NoticesAdapter {
  take(notice: Notice): Promise<void>
}

export interface NoticeParts {
  readonly store: HubStore
  readonly sources: HubSources
  readonly suite: Suite
  readonly sealKeys: SealKeys
  readonly notices: NoticesAdapter
  readonly onEvent?: OnHubEvent
}

const NamesSchema = z.object({ items: z.array(z.object({ id: z.string(), name: z.object({ zh: z.string() }) })) })

/** In one round; the next comes with the next sweep. */
const ROUND_SIZE = 20

/** Hands the channel what it has not taken yet; one that it refuses waits for the next round and holds up no other. */
export async function tellNotices(parts: NoticeParts): Promise<void> {
  const { store, sources, notices, onEvent } = parts
  const waiting = await store.waitingNotices(ROUND_SIZE)
  if (waiting.length === 0) return
  const nameOf = await itemNames(parts)
  for (const row of waiting) {
    const { submissionId } = row
    try {
      const person = await principalOf(submissionId, parts)
      if (person === undefined) throw new Error('nobody to tell')
      const text = noticeText(row, nameOf(row.itemId))
      await notices.take({ noticeId: submissionId, person, text, at: row.at })
      await store.noticeTried(submissionId, instant(sources))
    } catch (error) {
      await store.noticeTried(submissionId, null)
      const why = error instanceof Error ? error.name : 'unknown'
      onEvent?.({ event: 'notice.not-taken', level: 'warn', submissionId, why })
    }
  }
}

const SAID: Readonly<Record<NoticeKind, (item: string) => string>> = {
  'handed-in': (item) => `有人替您交了“${item}”`,
  'not-taken': (item) => `有人要替您办“${item}”，没有受理`,
  bound: () => '您和家人绑定了，家人以后可以替您办事',
  unbound: () => '您和家人的绑定解除了',
}
const OBJECT: Readonly<Record<NoticeKind, string>> = {
  'handed-in': '不是您的意思，请带身份证到窗口撤回；绑定过家人的，可以在任何一台自助终端“我的办件”里解除。',
  'not-taken': '不是您的意思，不用做什么；要问清楚，请带身份证到窗口。',
  bound: '不是您的意思，请在任何一台自助终端刷身份证，到“我的办件”里解除，或者到窗口。',
  unbound: '要恢复，两位带身份证到自助终端再绑一次。',
}

/** When, what, by which ticket, and what to do about it; nobody's name or number. */
export function noticeText({ what, ticket, acceptedAt }: NoticeRow, item: string): string {
  const when = `${chinaDate(acceptedAt)} ${chinaTime(acceptedAt)}`
  return `${when}，${SAID[what](item)}，取件码 ${showTicket(ticket)}。${OBJECT[what]}`
}

async function itemNames({ store }: NoticeParts): Promise<(itemId: string) => string> {
  const newest = await store.newestPackage('catalogue')
  const items = newest === undefined ? [] : NamesSchema.parse(JSON.parse(newest.content)).items
  return (itemId) => items.find(({ id }) => id === itemId)?.name.zh ?? itemId
}

/** Whom it is about: her name and number lie in a sealed submission, and are opened for the channel alone. */
async function principalOf(submissionId: string, parts: NoticeParts): Promise<Person | undefined> {
  const { store, suite } = parts
  const envelope = await store.envelopeOf(submissionId)
  if (envelope === undefined) return undefined
  const keys = await parts.sealKeys()
  const opened = await openEnvelope(envelope, (kid) => keys.get(kid), suite)
  if (!opened.ok) return undefined
  const { payload } = opened
  if (payload.kind === 'application') return personOf(payload.applicant)
  if (payload.kind !== 'proxy-binding') return undefined
  const { binding } = payload
  if (binding.what === 'make') return personOf(binding.principal)
  if (binding.side === 'principal') return personOf(binding.by)
  const made = await store.bindingById(binding.bindingId)
  return made === undefined ? undefined : principalOf(made.submissionId, parts)
}

const personOf = ({ idNumber, name }: Person): Person => ({ idNumber, name })
