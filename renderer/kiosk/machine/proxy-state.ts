import { assign } from 'xstate'
import { isBinding } from '../forms/binding-form.ts'
import {
  asksOnly,
  boundChosen,
  lastQuestion,
  nextQuestion,
  previousQuestion,
  proxyAnswer,
  refusedBy,
  secondCard,
} from './proxy-steps.ts'
import type { CheckOf, SessionSetup } from './session-setup.ts'
import type { SessionDeps } from './session-types.ts'

/** 代办, between the agent's card and the item's form: for whom, what the agent is to them, by what authority. */
export function proxyState(session: SessionSetup, deps: Pick<SessionDeps, 'expectPrincipal'>, check: CheckOf) {
  return session.createStateConfig({
    initial: 'opening',
    on: { HOME: 'home' },
    states: {
      /** Main is asked how many the agent may still hand in today: said before anything is filled in. */
      opening: {
        // Main would say so at the end; nobody fills anything in for that.
        always: {
          guard: ({ context }) => context.card !== null && context.card.signIn.by !== 'id-card',
          target: 'refused',
          actions: assign(({ context }) => refusedBy(context, 'agent-needs-id-card')),
        },
        invoke: {
          src: 'agentLeft',
          onDone: [
            {
              // A binding is no submission for somebody else: both are here.
              guard: ({ context, event }) => event.output.left === 0 && !isBinding(context.item),
              target: 'refused',
              actions: assign(({ context }) => refusedBy(context, 'agent-limit')),
            },
            { guard: ({ context }) => asksOnly('principal-present', context), target: 'card' },
            { guard: ({ context }) => asksOnly('standing-binding', context), target: 'bound' },
            { target: 'asking' },
          ],
          // Main says no at the end, if it must: a lost answer keeps nobody from filling in.
          onError: [
            { guard: ({ context }) => asksOnly('principal-present', context), target: 'card' },
            { guard: ({ context }) => asksOnly('standing-binding', context), target: 'bound' },
            { target: 'asking' },
          ],
        },
        on: { BACK: '#session.journey.item' },
      },
      /** Back from the form. */
      returning: {
        entry: assign(({ context }) => lastQuestion(context)),
        always: [
          { guard: ({ context }) => context.proxy?.principal?.source === 'id-card-chip', target: 'card' },
          { guard: ({ context }) => context.proxy?.bound !== null, target: 'bound' },
          { target: 'asking' },
        ],
      },
      asking: {
        on: {
          ANSWER: {
            actions: assign(({ context, event }) => proxyAnswer(context, event.field, event.value)),
          },
          NEXT: [
            { guard: ({ context }) => nextQuestion(context, check(context)).kind === 'card', target: 'card' },
            { guard: ({ context }) => nextQuestion(context, check(context)).kind === 'bound', target: 'bound' },
            {
              guard: ({ context }) => nextQuestion(context, check(context)).kind === 'known',
              target: '#session.journey.form',
              actions: 'question',
            },
            {
              guard: ({ context }) => nextQuestion(context, check(context)).kind === 'refused',
              target: 'refused',
              actions: 'question',
            },
            { actions: 'question' },
          ],
          BACK: [
            {
              guard: ({ context }) => previousQuestion(context) !== undefined,
              actions: assign(({ context }) => previousQuestion(context) ?? {}),
            },
            { target: '#session.journey.item' },
          ],
        },
      },
      card: {
        entry: () => deps.expectPrincipal(true),
        exit: () => deps.expectPrincipal(false),
        on: {
          NEXT: [
            {
              guard: ({ context }) => secondCard(context, check(context)).kind === 'known',
              target: '#session.journey.form',
              actions: 'secondCard',
            },
            {
              guard: ({ context }) => secondCard(context, check(context)).kind === 'refused',
              target: 'refused',
              actions: 'secondCard',
            },
          ],
          BACK: [
            { guard: ({ context }) => asksOnly('principal-present', context), target: '#session.journey.item' },
            { target: 'asking', actions: assign(({ context }) => lastQuestion(context)) },
          ],
        },
      },
      /** Whom the hub names is asked, and kept, by the page; what is chosen comes here. */
      bound: {
        on: {
          BOUND: [
            {
              guard: ({ context, event }) =>
                boundChosen(context, event.principal, check(context).today).kind === 'known',
              target: '#session.journey.form',
              actions: assign(
                ({ context, event }) => boundChosen(context, event.principal, check(context).today).changes,
              ),
            },
            {
              target: 'refused',
              actions: assign(
                ({ context, event }) => boundChosen(context, event.principal, check(context).today).changes,
              ),
            },
          ],
          BACK: [
            { guard: ({ context }) => asksOnly('standing-binding', context), target: '#session.journey.item' },
            { target: 'asking', actions: assign(({ context }) => lastQuestion(context)) },
          ],
        },
      },
      refused: { on: { BACK: '#session.journey.item' } },
    },
  })
}
