import { implement } from '@orpc/server'
import type { PersonBook } from '../person-book.ts'
import { person } from './person.contract.ts'

export function personHandlers(book: Pick<PersonBook, 'data' | 'cases' | 'notices'>) {
  const os = implement(person)
  return os.router({
    data: os.data.handler(({ input }) => book.data(input)),
    cases: os.cases.handler(() => book.cases()),
    notices: os.notices.handler(() => book.notices()),
  })
}
