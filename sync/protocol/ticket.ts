import { z } from 'zod'
import { hybridCheck } from './check-digits.ts'

/**
 * Ticket (取件码): 7 random characters and a check character, shown 4-4. The alphabet leaves out what people mistake
 * for one another (look.md section 3: no 0 1 I L O S Z B).
 */
export const TICKET_ALPHABET = '23456789ACDEFGHJKMNPQRTUVWXY'
const RANDOM_LENGTH = 7

/** Makes a ticket; `randomBelow(n)` gives an even random whole number 0 ≤ x < n. */
export function makeTicket(randomBelow: (limit: number) => number): string {
  let body = ''
  for (let i = 0; i < RANDOM_LENGTH; i++) body += TICKET_ALPHABET.charAt(randomBelow(TICKET_ALPHABET.length))
  return body + hybridCheck(body, TICKET_ALPHABET)
}

export function isTicket(text: string): boolean {
  if (text.length !== RANDOM_LENGTH + 1) return false
  for (const character of text) if (!TICKET_ALPHABET.includes(character)) return false
  return hybridCheck(text.slice(0, RANDOM_LENGTH), TICKET_ALPHABET) === text.charAt(RANDOM_LENGTH)
}

/** As people read it: two groups of four. */
export function showTicket(ticket: string): string {
  return `${ticket.slice(0, 4)} ${ticket.slice(4)}`
}

export const TicketSchema = z.string().refine(isTicket, 'not a ticket: wrong length, character or check character')
