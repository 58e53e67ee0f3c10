import { expect, test } from 'vitest'
import { makeTicket, showTicket } from '../../../sync/protocol/ticket.ts'
import { scannedCase } from './scanned-case.ts'

const ID = '0199f0a4-7b1e-7c3a-9d55-2f6c1b8e4a10'
const SECRET = 'abcdefghijklmnopqrstu-'
const TICKET = makeTicket(() => 5)

test.each([TICKET, showTicket(TICKET), TICKET.toLowerCase(), `${TICKET.slice(0, 4)}-${TICKET.slice(4)}\r\n`])(
  'a ticket, however it is written: %j',
  (text) => expect(scannedCase(text)).toEqual({ kind: 'ticket', ticket: TICKET }),
)

test('the QR code of a receipt names its submission', () => {
  expect(scannedCase(`bianmin:1:${ID}:${SECRET}`)).toEqual({ kind: 'receipt', submissionId: ID })
})

test.each([
  '',
  '6901234567892',
  `${TICKET.slice(0, 7)}${TICKET[7] === '2' ? '3' : '2'}`,
  `bianmin:2:${ID}:${SECRET}`,
  `bianmin:1:${ID}`,
  `bianmin:1:not-an-id:${SECRET}`,
  `bianmin:1:${ID}:${SECRET}:more`,
  `https://example.org/?bianmin:1:${ID}:${SECRET}`,
])('anything else is none of ours: %j', (text) => expect(scannedCase(text)).toBeUndefined())
