import { implement } from '@orpc/server'
import type { BindingIntake } from '../binding-intake.ts'
import type { PersonBook } from '../person-book.ts'
import { bindings } from './bindings.contract.ts'

export function bindingsHandlers(book: Pick<PersonBook, 'bindings'>, intake: BindingIntake) {
  const os = implement(bindings)
  return os.router({
    mine: os.mine.handler(({ input }) => book.bindings(input.item)),
    make: os.make.handler(({ input }) => intake.bind(input)),
    end: os.end.handler(({ input }) => intake.unbind(input)),
  })
}
