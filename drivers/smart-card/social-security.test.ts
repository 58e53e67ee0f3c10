import { describe, expect, it } from 'vitest'
import { LONG_NAME_CARD, SAMPLE_CARDS, type SampleCard } from './sample-cards.ts'
import { readSocialSecurity } from './social-security.ts'
import { decodeField, splitRecord } from './social-security-files.ts'
import { createVirtualCard, type VirtualCard } from './virtual-card.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const [zhao, , zhou] = SAMPLE_CARDS as [SampleCard, SampleCard, SampleCard]

function read(card: VirtualCard, asked: string[] = []) {
  return readSocialSecurity(async (command) => {
    asked.push(Buffer.from(command).toString('hex').toUpperCase())
    const answer = card.transmit(command)
    return answer.kind === 'answer' ? { ok: true, bytes: answer.bytes } : { ok: false, trouble: answer.kind }
  })
}

describe('the public files', () => {
  it('sends the bytes of reference/devices.md 2.1, and nothing but EF05 and EF06', async () => {
    const asked: string[] = []
    await read(createVirtualCard({ ...zhou, answers: 'direct' }), asked)
    expect(asked).toEqual([
      '00A404000F7378312E73682EC9E7BBE1B1A3D5CF',
      '00A4020002EF05',
      ...['01', '02', '03', '04', '05', '06', '07'].map((tag) => `00B2${tag}0000`),
      '00A4020002EF06',
      ...['08', '09', '4E', '0A', '0B', '0C', '0D'].map((tag) => `00B2${tag}0000`),
    ])
  })

  it('a card that knows numbers only is counted through, and each record counts by its own tag', async () => {
    const asked: string[] = []
    const card: SampleCard = { ...zhao, generation: 2, answers: 'direct' }
    expect(await read(createVirtualCard(card), asked)).toEqual({ ok: true, fields: zhao.fields })
    expect(asked.slice(2, 5)).toEqual(['00B2010000', '00B2010400', '00B2020400'])
    expect(asked.at(-1)).toBe('00B2080400')
  })

  it('records that the card does not have are left out; without number or name there is no card', async () => {
    const { validTo, birthplace, ...fields } = zhou.fields
    expect([validTo, birthplace]).not.toContain(undefined)
    expect(await read(createVirtualCard({ ...zhou, fields }))).toEqual({ ok: true, fields })
    const { name, ...nameless } = zhou.fields
    expect(name).toBe('周明远')
    expect(await read(createVirtualCard({ ...zhou, fields: nameless }))).toMatchObject({
      ok: false,
      why: 'unreadable',
      step: 'name',
    })
  })

  it('puts a name together that was cut in the middle of a character', async () => {
    expect(await read(createVirtualCard(LONG_NAME_CARD))).toEqual({ ok: true, fields: LONG_NAME_CARD.fields })
  })

  it.each(['wrong-length', 'wrong-tag', 'garbage', 'too-short', 'over-long'] as const)(
    'an answer that is %s ends it as damaged',
    async (kind) => {
      for (let command = 0; command < 17; command += 1) {
        const card = createVirtualCard({ ...zhou, answers: 'direct' })
        let asked = 0
        const reading = await readSocialSecurity(async (bytesAsked) => {
          if (asked === command) card.misbehave({ kind })
          asked += 1
          const answer = card.transmit(bytesAsked)
          if (answer.kind !== 'answer') throw new Error(answer.kind)
          return { ok: true, bytes: answer.bytes }
        })
        // A status word alone has no length or tag to be wrong; a selected file's name is not read at all.
        const harmless = kind.startsWith('wrong') && [0, 1, 9].includes(command)
        if (!harmless) expect(reading, `${kind} at ${command}`).toMatchObject({ why: 'damaged' })
      }
    },
  )
})

describe('records', () => {
  it.each([
    ['0803414243', 3],
    ['08034142430000', 3],
    ['0803414243FFFF', 3],
    ['0800', 0],
  ])('%s has a value of %i bytes', (record, length) => {
    const split = splitRecord(bytes(record))
    expect(split.ok && split.value.length).toBe(length)
  })

  it.each(['', '08', '0804414243', '0003414243', 'FF03414243', '08034142430001', '080341424311'])(
    '%s is none',
    (record) => {
      expect(splitRecord(bytes(record))).toMatchObject({ ok: false })
    },
  )
})

describe('fields', () => {
  it.each([
    ['an', '313233', '123'],
    ['an', '3130300000', '100'],
    ['an', 'D6DCC3F7D4B60000', '周明远'],
    ['an', 'D6DCC3F7D4B62020', '周明远'],
    ['an', '8139EE39', '\u3400'],
    ['an', '0000', ''],
    ['an', 'FFFF', ''],
    ['cn', '19861102', '19861102'],
    ['cn', '1986FFFF', '1986'],
    ['cn', 'FFFF', ''],
    ['hex', '99FFD1', '99FFD1'],
  ] as const)('%s %s is "%s"', (kind, value, text) => {
    expect(decodeField(kind, bytes(value))).toEqual({ ok: true, text })
  })

  it.each([
    ['cn', '1A'],
    ['cn', 'F1'],
    ['an', 'D6'],
    ['an', '31FF'],
    ['an', '310732'],
  ] as const)('%s %s is refused', (kind, value) => {
    expect(decodeField(kind, bytes(value))).toMatchObject({ ok: false })
  })
})
