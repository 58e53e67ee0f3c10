import type { PrincipalShown } from '../../../electron/bridge/bindings.contract.ts'
import type { RateAnswer } from '../../../electron/bridge/feedback.contract.ts'
import type { HandOverAnswer, OpenAnswer } from '../../../electron/bridge/handover.contract.ts'
import type {
  CardEvent,
  CodeSignIn,
  CodeSignInRefusal,
  WitnessAnswer,
  WitnessRefusal,
} from '../../../electron/bridge/identity.contract.ts'
import type { PersonData, PersonItem } from '../../../electron/bridge/person.contract.ts'
import type { PrintReceiptAnswer } from '../../../electron/bridge/printing.contract.ts'
import type { PrincipalEvent } from '../../../electron/bridge/proxy.contract.ts'
import type { ScanAnswer, ScannedPage, ScanRequest, ScanTrouble } from '../../../electron/bridge/scanning.contract.ts'
import type { Snapshot } from '../../../electron/bridge/session.contract.ts'
import type { Accepted, Delivery, SubmitAnswer } from '../../../electron/bridge/submissions.contract.ts'
import type { Answers } from '../../../sync/protocol/answers.ts'
import type { BindRequest, UnbindRequest } from '../../../sync/protocol/binding.ts'
import type { ComplainRequest, RateRequest } from '../../../sync/protocol/feedback.ts'
import type { HandoverDraft } from '../../../sync/protocol/handover.ts'
import type { NamedPerson } from '../../../sync/protocol/identity.ts'
import type { MaterialSource } from '../../../sync/protocol/item-parts.ts'
import type { Catalogue, ServiceItem } from '../../../sync/protocol/service-item.ts'
import type { Signature, SubmitRequest } from '../../../sync/protocol/submission.ts'
import type { Look } from '../../ui/look.ts'
import type { MyBinding } from '../forms/binding-form.ts'
import type { Faults } from '../forms/form-pages.ts'
import type { HandingOver, SlipShown, TakenUp } from './handover-draft.ts'
import type { ProxyDraft } from './proxy-draft.ts'
import type { RatingChange, RatingDraft } from './rating-draft.ts'

/** A sign-in other than by resident card, while it is under way. */
export interface SignInDraft {
  /** Why the last code signed nobody in. */
  readonly codeRefused: CodeSignInRefusal | null
  /** What staff types off the papers, by field id of the questions in sign-in-steps.ts. */
  readonly answers: Answers
  readonly faults: Faults
  /** Index of the question that is asked. */
  readonly page: number
  readonly witnessRefused: WitnessRefusal | 'no-answer' | null
}

export type CardSeen = Extract<CardEvent, { kind: 'card' }>
export type EndReason = 'done' | 'left' | 'idle' | 'card-changed' | 'fault'

/** What the session asks of the world; the page gives it the bridge, tests give it fakes. */
export interface SessionDeps {
  readonly submit: (request: SubmitRequest) => Promise<SubmitAnswer>
  readonly complain: (request: ComplainRequest) => Promise<SubmitAnswer>
  readonly bind: (request: BindRequest) => Promise<SubmitAnswer>
  readonly unbind: (request: UnbindRequest) => Promise<SubmitAnswer>
  /** Idempotent on the draft: asked again after a lost answer. */
  readonly rate: (request: RateRequest) => Promise<RateAnswer>
  readonly byDraft: (draftId: string) => Promise<Accepted | null>
  readonly print: (submissionId: string, again: boolean) => Promise<PrintReceiptAnswer>
  readonly restore: (readId: string) => Promise<Snapshot | null>
  /** Fire and forget; the bridge logs what it could not keep. */
  readonly save: (snapshot: Snapshot) => void
  readonly scan: (request: ScanRequest) => Promise<ScanAnswer>
  /** Fire and forget: the scan's own answer says what became of it. */
  readonly cancelScan: () => void
  readonly scannedPages: (draftId: string) => Promise<readonly ScannedPage[]>
  /** Fire and forget; a page that stays is in the next answer of `scannedPages`. */
  readonly discardPage: (draftId: string, pageId: string) => void
  /** How many more submissions the agent may hand in for others today. */
  readonly agentLeft: () => Promise<{ readonly left: number }>
  /** Asks the hub, by main, about whoever's card is in the visit; for this item. */
  readonly personData: (about: PersonItem) => Promise<PersonData>
  /** Fire and forget: whether another person's card is the principal's now. */
  readonly expectPrincipal: (expected: boolean) => void
  /** Resolves when the slip's printer has settled, or nothing was printed. */
  readonly handOver: (draft: HandoverDraft) => Promise<HandOverAnswer>
  /** The words of the form's language are there when it resolves. */
  readonly openSlip: (code: string) => Promise<OpenAnswer>
  /** Fire and forget: the hub may erase what was opened. */
  readonly slipHeld: () => void
  /** Forwarded once; who it is comes as a card event. */
  readonly redeemCode: (text: string) => Promise<CodeSignIn>
  readonly mayWitness: () => Promise<{ readonly why: WitnessRefusal | null }>
  readonly vouch: (person: NamedPerson) => Promise<WitnessAnswer>
  readonly end: (why: EndReason) => Promise<void>
  readonly newId: () => string
  /** ISO date at the terminal. */
  readonly today: () => string
  /** Wall clock, for the times that a citizen reads. */
  readonly now: () => Date
}

/** By consentKey: another version may have other fields. */
export interface Told {
  readonly key: string
  readonly data: PersonData
  /** ISO date of when it came: a licence is good on a day. */
  readonly today: string
}

export type SubmitFault = Extract<SubmitAnswer, { ok: false }>['fault']
export type ConfirmProblem = SubmitFault | 'not-arrived'

/** How a paper is given; `none`: it may be left out, and is. */
export type PaperWay = MaterialSource | 'none'
/** `lost`: main's answer did not come. */
export type PaperTrouble = Exclude<ScanTrouble, 'cancelled'> | 'more-sheets' | 'lost'

export type PrintTrouble =
  | {
      readonly kind: 'fault'
      readonly result: Extract<PrintReceiptAnswer, { kind: 'settled' }>['result'] & { ok: false }
    }
  | { readonly kind: 'no-printer' }
  | { readonly kind: 'unknown-submission' }
  /** The answer was lost on the way: nobody knows. */
  | { readonly kind: 'connection-lost' }

export interface SessionContext {
  /** For this visit only. */
  readonly look: Look
  /** Elder mode was offered already, or chosen by hand: it is offered once. */
  readonly elderOffered: boolean
  readonly catalogue: Catalogue | null
  readonly connected: boolean
  /** What the reader shows now. */
  readonly reader: CardEvent
  /** Staff helps: nothing is signed and no case is looked up meanwhile. Main says so and holds to it. */
  readonly isHelped: boolean
  /** Whose visit it is. */
  readonly card: CardSeen | null
  /**
   * Another person's card, put down in the middle of a visit. `beside`: main still holds this visit's card. `instead`:
   * main lost it (a restart) and now holds the other: going on would mix two people.
   */
  readonly otherCard: 'beside' | 'instead' | null
  readonly signingIn: SignInDraft
  readonly item: ServiceItem | null
  /** Id of the item that was open before it in this visit, or whose ticket was looked up: what a complaint is probably about. */
  readonly itemBefore: string | null
  /** Set when it is handed in for somebody else. */
  readonly proxy: ProxyDraft | null
  /** What main says of the second card. */
  readonly principalSeen: PrincipalEvent
  /** What was typed on the search page that the item was chosen on; null when it was chosen elsewhere. */
  readonly query: string | null
  readonly pageIndex: number
  readonly answers: Answers
  /** As they were when 改 was pressed. */
  readonly answersBefore: Answers | null
  readonly faults: Faults
  /** A field is being changed from the summary: 下一步 leads back there. */
  readonly changing: boolean
  /** Items whose consent she said yes to in this visit (consent-steps.ts). */
  readonly agreed: readonly string[]
  /** What the hub told for which item, or why it did not; null while nobody asked. */
  readonly told: Told | null
  readonly draftId: string | null
  readonly signature: Signature | null
  /** By material, as far as settled. */
  readonly papers: Readonly<Record<string, PaperWay>>
  /** Which of the wanted papers is asked for. */
  readonly paperIndex: number
  /** What lies in main's tray, in the order of scanning. */
  readonly scanned: readonly ScannedPage[]
  /** Pages of the paper that is asked for, thrown away a moment ago: main's tray still holds them. */
  readonly dropped: readonly ScannedPage[]
  /** Ids of the pages that nobody has looked at yet. */
  readonly unchecked: readonly string[]
  readonly scanning: boolean
  readonly paperTrouble: PaperTrouble | null
  readonly problem: ConfirmProblem | null
  readonly accepted: Accepted | null
  readonly delivery: Delivery | null
  readonly printing: boolean
  readonly printAgain: boolean
  readonly trouble: PrintTrouble | null
  readonly troubleAt: Date | null
  readonly submitting: boolean
  readonly found: Snapshot | null
  readonly rating: RatingDraft | null
  readonly handingOver: HandingOver | null
  readonly slip: SlipShown | null
  readonly takenUp: TakenUp | null
  readonly secondsLeft: number
  readonly why: EndReason
}

export type SessionEvent =
  | { type: 'START' }
  | { type: 'LOOK_UP' }
  | { type: 'MY_CASES' }
  /** 家人绑定: hers, and from there one more, or one less. */
  | { type: 'BINDINGS' }
  | { type: 'BIND' }
  | { type: 'UNBIND'; bindings: readonly MyBinding[]; id: string }
  /** The one for whom it is, of those whom the hub named. */
  | { type: 'BOUND'; principal: PrincipalShown }
  | { type: 'SEARCH' }
  | { type: 'MAINTAIN' }
  | { type: 'CATALOGUE'; catalogue: Catalogue }
  | { type: 'BRIDGE'; connected: boolean }
  | { type: 'CARD'; event: CardEvent }
  | { type: 'CHOOSE'; item: ServiceItem; query?: string }
  | { type: 'BEGIN'; forSomebodyElse?: boolean }
  | { type: 'SIGN_IN_BY'; way: 'social-security-card' | 'code' | 'witness' }
  | { type: 'CODE'; text: string }
  | { type: 'AGREE' }
  | { type: 'REFUSE' }
  | { type: 'PRINCIPAL'; event: PrincipalEvent }
  | { type: 'ANSWER'; field: string; value: string }
  | { type: 'NEXT' }
  | { type: 'BACK' }
  | { type: 'HOME' }
  | { type: 'CHANGE'; field: string }
  | { type: 'SIGN'; signature: Signature | null }
  | { type: 'SCAN' }
  | { type: 'CANCEL_SCAN' }
  | { type: 'PAGE_GOOD' }
  | { type: 'PAGE_AGAIN' }
  | { type: 'DROP_PAGES' }
  | { type: 'UNDROP_PAGES' }
  | { type: 'GIVE'; way: Exclude<PaperWay, 'scan'> }
  | { type: 'CHANGE_PAPER'; materialId: string }
  | { type: 'SUBMIT' }
  | { type: 'DELIVERY'; delivery: Delivery }
  | { type: 'PRINT_AGAIN' }
  | { type: 'ANOTHER' }
  /** A ticket was found; nothing of it is kept but which item it is of. */
  | { type: 'LOOKED_UP'; itemId: string }
  | { type: 'COMPLAIN' }
  /** To the page about it, and from there: do it. */
  | { type: 'HAND_OVER' }
  | { type: 'SLIP'; code: string }
  /** 拿好了，结束: the end, by way of the rating where there is one. */
  | { type: 'FINISH' }
  | { type: 'RATE'; change: RatingChange }
  | { type: 'RATE_SEND' }
  | { type: 'END'; why?: EndReason }
  | { type: 'KEEP_CARD' }
  | { type: 'CHANGE_CARD' }
  | { type: 'LOOK'; change: Partial<Look> }
  | { type: 'ELDER_OFFER_SEEN' }
  | { type: 'ASSIST'; isHelping: boolean }
  | { type: 'TOUCH' }
