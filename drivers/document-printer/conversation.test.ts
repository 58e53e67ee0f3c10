import { describe, expect, it } from 'vitest'
import { createConversation } from './conversation.ts'
import type { IppPost, PostInput } from './http-post.ts'
import { decodeIppMessage } from './ipp-decode.ts'
import { attributesOf, encodeIppMessage, GROUP, type IppGroup, type IppMessage, type IppValue } from './protocol.ts'
import { DEFAULT_TIMING } from './timing.ts'

const TARGET = {
  host: '192.0.2.7',
  port: 631,
  path: '/ipp/print',
  printerUri: 'ipp://192.0.2.7:631/ipp/print',
  tls: undefined,
}

/** A printer that answers each request with these groups; `asked` is what it was sent. */
function talkTo(groups: readonly IppGroup[], change: Partial<IppMessage> = {}) {
  const asked: { readonly input: PostInput; readonly message: IppMessage }[] = []
  const post: IppPost = {
    async post(input) {
      const [head] = input.parts
      const decoded = head === undefined ? undefined : decodeIppMessage(head)
      if (decoded?.ok !== true) throw new Error('the request is no IPP')
      asked.push({ input, message: decoded.message })
      const { version, requestId } = decoded.message
      return { ok: true, bytes: encodeIppMessage({ version, code: 0, requestId, groups, ...change }) }
    },
    close: () => undefined,
  }
  return { asked, talk: createConversation(TARGET, post, DEFAULT_TIMING) }
}

const group = (tag: number, entries: readonly (readonly [string, readonly IppValue[]])[]): IppGroup => ({
  tag,
  attributes: new Map(entries),
})
const integer = (value: number): IppValue => ({ kind: 'integer', value })
const enumerated = (value: number): IppValue => ({ kind: 'enum', value })
const word = (value: string): IppValue => ({ kind: 'keyword', value })

const job = (id: number, name: string, state: number, more: readonly (readonly [string, readonly IppValue[]])[] = []) =>
  group(GROUP.job, [
    ['job-id', [integer(id)]],
    ['job-name', [{ kind: 'name', value: name }]],
    ['job-state', [enumerated(state)]],
    ['job-state-reasons', [word('none')]],
    ...more,
  ])

describe('an answer', () => {
  it('to another request is noise, and counted', async () => {
    const { talk } = talkTo([job(1, 'a', 3)], { requestId: 4711 })
    expect(await talk.job(1)).toMatchObject({ ok: false, fault: 'noise' })
    expect(await talk.job(1)).toMatchObject({ ok: false, fault: 'noise' })
    expect(talk.garbled()).toBe(2)
  })

  it.each([
    ['no state', group(GROUP.printer, [['printer-state-reasons', [word('none')]]])],
    [
      'a state that does not exist',
      group(GROUP.printer, [
        ['printer-state', [enumerated(9)]],
        ['printer-state-reasons', [word('none')]],
      ]),
    ],
    [
      'a state of the wrong syntax',
      group(GROUP.printer, [
        ['printer-state', [word('idle')]],
        ['printer-state-reasons', [word('none')]],
      ]),
    ],
    ['no reasons', group(GROUP.printer, [['printer-state', [enumerated(3)]]])],
  ])('about a printer with %s says nothing', async (_what, about) => {
    expect(await talkTo([about]).talk.printer('look')).toMatchObject({ ok: false, fault: 'noise' })
  })

  it('with attributes of the wrong syntax is read without them', async () => {
    const { talk } = talkTo([
      group(GROUP.printer, [
        ['printer-state', [enumerated(3)]],
        ['printer-state-reasons', [word('None'), word('Media-Low')]],
        ['printer-is-accepting-jobs', [integer(1)]],
        ['copies-supported', [word('many')]],
        ['operations-supported', [enumerated(2), word('print'), enumerated(11)]],
        ['document-format-supported', [{ kind: 'mimeMediaType', value: 'Application/PDF' }, integer(3)]],
      ]),
    ])
    expect(await talk.printer('all')).toMatchObject({
      ok: true,
      reading: {
        printerState: 'idle',
        reasons: ['media-low'],
        accepting: undefined,
        maxCopies: undefined,
        operations: [2, 11],
        formats: ['application/pdf'],
      },
    })
  })

  it('about a job says whether it ever began', async () => {
    const began = async (value: readonly IppValue[]) => {
      const asked = await talkTo([job(1, 'a', 7, [['time-at-processing', value]])]).talk.job(1)
      return asked.ok ? asked.job.everProcessed : asked
    }
    expect(await began([integer(12)])).toBe(true)
    expect(await began([{ kind: 'out-of-band', value: 'no-value' }])).toBe(false)
    expect(await began([{ kind: 'out-of-band', value: 'unknown' }])).toBeUndefined()
  })

  it('with several jobs of one name gives the newest', async () => {
    const { talk } = talkTo([job(3, 'ours', 7), job(9, 'ours', 9), job(5, 'ours', 8), job(11, 'theirs', 9)])
    expect(await talk.findJob('ours', 0)).toMatchObject({
      ok: true,
      job: { id: 9, state: 'completed' },
      keepsHistory: true,
    })
    expect(await talk.findJob('ours', 9)).toMatchObject({ ok: true, job: undefined })
    expect(await talk.findJob('nobody', 0)).toMatchObject({ ok: true, job: undefined, keepsHistory: true })
  })

  it('of "refused" gives the status and what is not supported', async () => {
    const { talk } = talkTo([group(GROUP.unsupported, [['sides', [word('two-sided-long-edge')]]])], { code: 0x040b })
    expect(await talk.create({ jobName: 'a', copies: 1, sides: undefined, namesA4: false })).toEqual({
      ok: false,
      fault: 'status',
      status: 0x040b,
      unsupported: ['sides'],
    })
  })
})

describe('a request', () => {
  it('names its target and its user first, and nothing of the document', async () => {
    const { asked, talk } = talkTo([job(1, 'bianmin-x', 3)])
    await talk.create({ jobName: 'bianmin-x', copies: 2, sides: 'two-sided-long-edge', namesA4: true })
    const message = asked[0]?.message
    if (message === undefined) throw new Error('nothing was asked')
    expect([...attributesOf(message, GROUP.operation)]).toEqual([
      ['attributes-charset', [{ kind: 'charset', value: 'utf-8' }]],
      ['attributes-natural-language', [{ kind: 'naturalLanguage', value: 'en' }]],
      ['printer-uri', [{ kind: 'uri', value: TARGET.printerUri }]],
      ['requesting-user-name', [{ kind: 'name', value: 'bianmin' }]],
      ['job-name', [{ kind: 'name', value: 'bianmin-x' }]],
    ])
    expect([...attributesOf(message, GROUP.job)]).toEqual([
      ['copies', [integer(2)]],
      ['sides', [word('two-sided-long-edge')]],
      ['media', [word('iso_a4_210x297mm')]],
    ])
  })

  it('with a document goes out on a connection of its own, with the longer time', async () => {
    const { asked, talk } = talkTo([job(1, 'a', 3)])
    const pdf = new TextEncoder().encode('%PDF-1.4')
    await talk.send(7, pdf)
    await talk.job(7)
    expect(asked.map(({ input }) => [input.alone, input.timeoutMs, input.parts[1] === pdf])).toEqual([
      [true, DEFAULT_TIMING.documentTimeoutMs, true],
      [false, DEFAULT_TIMING.answerTimeoutMs, false],
    ])
    const message = asked[0]?.message
    expect(message && [...attributesOf(message, GROUP.operation).keys()].slice(2)).toEqual([
      'printer-uri',
      'job-id',
      'requesting-user-name',
      'document-format',
      'last-document',
    ])
  })

  it('has a number of its own', async () => {
    const { asked, talk } = talkTo([job(1, 'a', 3)])
    for (let count = 0; count < 3; count += 1) await talk.job(1)
    expect(asked.map(({ message }) => message.requestId)).toEqual([1, 2, 3])
  })
})
