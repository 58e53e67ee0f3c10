import { describe, expect, it } from 'vitest'
import { caseOf, exchangeCommand, forT0, MAX_ANSWER_BYTES, splitAnswer, swText, type Transmit } from './apdu.ts'
import { isBankCommand } from './bank-guard.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex').toUpperCase()

/** A card that gives these answers in turn, and keeps what it was asked. */
function card(...answers: string[]): { transmit: Transmit<'gone'>; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    transmit: async (command) => {
      asked.push(hex(command))
      const answer = answers[asked.length - 1]
      return answer === undefined ? { ok: false, trouble: 'gone' } : { ok: true, bytes: bytes(answer) }
    },
  }
}

describe('commands', () => {
  it.each<[string, 1 | 2 | 3 | 4 | undefined]>([
    ['0084', undefined],
    ['00840000', 1],
    ['0084000008', 2],
    ['00A4020002EF05', 3],
    ['00A4020002EF0500', 4],
    ['00A4020002EF', undefined],
    ['00A4020002EF050000', undefined],
    ['00A402000000', undefined],
    [`00D60000FF${'00'.repeat(255)}00`, 4],
    [`00D60000FF${'00'.repeat(255)}0000`, undefined],
  ])('%s is case %s', (command, which) => {
    expect(caseOf(bytes(command))).toBe(which)
  })

  it('T=0 carries no Le behind data', () => {
    expect(hex(forT0(bytes('00A4020002EF0500')))).toBe('00A4020002EF05')
    expect(hex(forT0(bytes('00A4020002EF05')))).toBe('00A4020002EF05')
    expect(hex(forT0(bytes('0084000008')))).toBe('0084000008')
  })
})

describe('answers', () => {
  it('are taken apart', () => {
    expect(splitAnswer(bytes('01029000'))).toEqual({ ok: true, data: bytes('0102'), sw: 0x9000 })
    expect(splitAnswer(bytes('6A82'))).toEqual({ ok: true, data: bytes(''), sw: 0x6a82 })
    expect(swText(0x6a82)).toBe('6A82')
  })

  it.each(['', '90', '0000', '5A5A', '6000', 'A000', 'FFFF', `${'00'.repeat(MAX_ANSWER_BYTES - 1)}9000`])(
    '%s cannot be one',
    (answer) => {
      expect(splitAnswer(bytes(answer))).toMatchObject({ ok: false })
    },
  )
})

describe('one command with what follows', () => {
  it('fetches by GET RESPONSE as often as it is told, on the command’s channel', async () => {
    const { transmit, asked } = card('6102', 'AABB6101', 'CC9000')
    const answer = await exchangeCommand(transmit, bytes('01A4020002EF05'))
    expect(answer.ok && [hex(answer.data), answer.sw]).toEqual(['AABBCC', 0x9000])
    expect(asked).toEqual(['01A4020002EF05', '01C0000002', '01C0000001'])
  })

  it('asks again with the length that it is told, once', async () => {
    const { transmit, asked } = card('6C03', 'AABBCC9000')
    const answer = await exchangeCommand(transmit, bytes('00B2010400'))
    expect(answer.ok && hex(answer.data)).toBe('AABBCC')
    expect(asked).toEqual(['00B2010400', '00B2010403'])
    const again = card('6C03', '6C03')
    expect(await exchangeCommand(again.transmit, bytes('00B2010400'))).toMatchObject({ ok: true, sw: 0x6c03 })
    expect(again.asked).toHaveLength(2)
  })

  it('a wrong length of GET RESPONSE itself is asked again too', async () => {
    const { transmit, asked } = card('6110', '6C02', 'AABB9000')
    expect(await exchangeCommand(transmit, bytes('00A4020002EF05'))).toMatchObject({ ok: true, sw: 0x9000 })
    expect(asked.at(-1)).toBe('00C0000002')
  })

  it('does not touch the caller’s bytes', async () => {
    const command = bytes('00B2010400')
    await exchangeCommand(card('6C03', '9000').transmit, command)
    expect(hex(command)).toBe('00B2010400')
  })

  it('a chain without an end is cut off, and so is one too long to hold', async () => {
    const endless: Transmit<never> = async () => ({ ok: true, bytes: bytes('6110') })
    expect(await exchangeCommand(endless, bytes('00840000'))).toMatchObject({ ok: false, why: 'damaged' })
    let sent = 0
    const flood: Transmit<never> = async () => {
      sent += 1
      return { ok: true, bytes: bytes(`${'00'.repeat(256)}6100`) }
    }
    expect(await exchangeCommand(flood, bytes('00840000'))).toMatchObject({ ok: false, why: 'damaged' })
    expect(sent).toBe(17)
  })

  it('noise and a lost wire are told apart', async () => {
    expect(await exchangeCommand(card('5A5A').transmit, bytes('00840000'))).toMatchObject({ why: 'damaged' })
    expect(await exchangeCommand(card().transmit, bytes('00840000'))).toEqual({
      ok: false,
      why: 'trouble',
      trouble: 'gone',
    })
  })
})

describe('towards a bank', () => {
  it.each([
    ['00A404000E315041592E5359532E4444463031', true],
    ['00A404000E325041592E5359532E4444463031', true],
    ['00A4040008A000000333010101', true],
    ['00A4040007A0000000031010', true],
    // A beginning is enough for a card.
    ['00A4040002A000', true],
    ['00A404000431504159', true],
    ['80A8000002830000', true],
    ['80CA9F1700', true],
    ['00A404000F7378312E73682EC9E7BBE1B1A3D5CF', false],
    ['00A4040006D15600000500', false],
    ['00A4020002EF06', false],
    ['00B2010400', false],
  ])('%s: %s', (command, isBank) => {
    expect(isBankCommand(bytes(command))).toBe(isBank)
  })
})
