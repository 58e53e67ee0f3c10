import type { BindingRelation, BindingScope, BindingSide } from '../protocol/binding.ts'

/** What the store keeps about standing bindings: two persons as HMACs (person-mark.ts), never a number or a name. */

export interface NewBinding {
  readonly bindingId: string
  /** The submission that made it; in its envelope stand the names. */
  readonly submissionId: string
  readonly agent: string
  readonly principal: string
  readonly relation: BindingRelation
  readonly scope: BindingScope
  /** When the terminal took it in. */
  readonly since: string
  /** The last day on which it holds, ISO date in China. */
  readonly until: string
}
export interface BindingRow extends NewBinding {
  readonly withdrawnAt: string | null
  /** The submission that ended it: a withdrawal, or a newer binding of the same two. */
  readonly withdrawnBy: string | null
}

/** A moment, and the date in China that it lies on. */
export interface BindingMoment {
  readonly at: string
  readonly day: string
}
export interface BindingEnd {
  readonly bindingId: string
  readonly side: BindingSide
  /** Whoever ends it, as an HMAC. */
  readonly person: string
  readonly submissionId: string
  readonly at: string
}

export interface BindingReads {
  /** What holds at a moment for a person on one side, newest first. */
  bindingsOf(
    who: { readonly side: BindingSide; readonly person: string } & BindingMoment,
    limit: number,
  ): Promise<readonly BindingRow[]>
  /** What holds at a moment between these two. */
  bindingsBetween(
    two: { readonly agent: string; readonly principal: string } & BindingMoment,
  ): Promise<readonly BindingRow[]>
  bindingById(bindingId: string): Promise<BindingRow | undefined>
  /** The envelope of a submission that is held. */
  envelopeOf(submissionId: string): Promise<string | undefined>
}

export interface BindingWrites {
  /**
   * Keeps a binding, which ends an earlier one of the same two. "overtaken", and nothing kept, when one of the two has
   * said something later already: this one was long on its way. The same submission again changes nothing.
   */
  keepBinding(binding: NewBinding): Promise<'kept' | 'overtaken'>
  /**
   * Ends what was bound until then between the two of a binding, and says whose it was. Undefined when there is no such
   * binding, or the person does not stand on that side of it. A second time changes nothing.
   */
  endBinding(end: BindingEnd): Promise<{ readonly principal: string } | undefined>
}
