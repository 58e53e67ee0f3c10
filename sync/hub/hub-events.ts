/** What the hub's logic tells whoever keeps its log. No personal data. */
export type HubEvent =
  | {
      /** The channel did not take a notice; it is asked again. */
      readonly event: 'notice.not-taken'
      readonly level: 'warn'
      readonly submissionId: string
      readonly why: string
    }
  | {
      readonly event: 'epoch.opened'
      readonly level: 'warn'
      readonly why: 'proof' | 'command' | 'restore'
      readonly from: string
      readonly to: string
      readonly terminalId?: string
      readonly markSequence?: number
    }
  | {
      readonly event: 'terminal.cloned-sequence'
      readonly level: 'warn'
      readonly terminalId: string
      readonly deviceSequences: readonly number[]
    }
  | {
      readonly event: 'reconcile.difference'
      readonly level: 'warn'
      readonly terminalId: string
      readonly missing: number
      readonly mismatched: number
      readonly unlisted: number
    }
  | {
      readonly event: 'contact.mark-unknown'
      readonly level: 'warn'
      readonly terminalId: string
      readonly hubEpoch: string
      readonly hubSequence: number
    }
  | {
      /** Receipts that this hub does not know, again soon after it opened an epoch for such a one. */
      readonly event: 'contact.second-hub'
      readonly level: 'error'
      readonly terminalId: string
      readonly hubEpoch: string
      readonly hubSequence: number
      readonly why: 'another hub signs with our keys'
    }
  | {
      readonly event: 'contact.proof-refused'
      readonly level: 'warn'
      readonly terminalId: string
      readonly why: string
    }
  | { readonly event: 'handovers.expired'; readonly level: 'info'; readonly handovers: number }
  | {
      /** An adapter threw: what it would have told is left out of the answer. */
      readonly event: 'person.department-silent'
      readonly level: 'warn'
      readonly kind: 'cases' | 'shared' | 'licences'
      readonly why: string
    }
  | { readonly event: 'offers.swept'; readonly level: 'info'; readonly offers: number; readonly chunks: number }

export type OnHubEvent = (event: HubEvent) => void
