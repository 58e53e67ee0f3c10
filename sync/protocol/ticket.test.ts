import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hybridCheck, mod11_2 } from './check-digits.ts'
import { isTicket, makeTicket, showTicket, TICKET_ALPHABET } from './ticket.ts'

const bodies = fc.array(fc.integer({ min: 0, max: 27 }), { minLength: 7, maxLength: 7 })
const ticketOf = (values: readonly number[]) => {
  let next = 0
  return makeTicket(() => values[next++] ?? 0)
}

test('a ticket is eight characters of the alphabet and passes its own check', () => {
  fc.assert(
    fc.property(bodies, (values) => {
      const ticket = ticketOf(values)
      expect(ticket).toMatch(new RegExp(`^[${TICKET_ALPHABET}]{8}$`))
      expect(isTicket(ticket)).toBe(true)
    }),
  )
})

test('every single wrong character is found', () => {
  fc.assert(
    fc.property(bodies, fc.nat({ max: 7 }), fc.integer({ min: 1, max: 27 }), (values, place, shift) => {
      const ticket = ticketOf(values)
      const wrong = TICKET_ALPHABET.charAt((TICKET_ALPHABET.indexOf(ticket.charAt(place)) + shift) % 28)
      expect(isTicket(ticket.slice(0, place) + wrong + ticket.slice(place + 1))).toBe(false)
    }),
  )
})

test('letters outside the alphabet and wrong lengths are refused', () => {
  const ticket = ticketOf([1, 2, 3, 4, 5, 6, 7])
  expect(isTicket(`${ticket.slice(0, 7)}O`)).toBe(false)
  expect(isTicket(ticket.slice(0, 7))).toBe(false)
  expect(isTicket(`${ticket}2`)).toBe(false)
  expect(showTicket(ticket)).toBe(`${ticket.slice(0, 4)} ${ticket.slice(4)}`)
})

// ISO 7064 published examples: MOD 11-2 of GB 11643's own example; MOD 37,36 of the standard ("A12425GABC1234002M").
test('check characters equal the published examples', () => {
  expect(mod11_2('11010519491231002')).toBe('X')
  expect(hybridCheck('A12425GABC1234002', '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ')).toBe('M')
})
