import { assign } from 'xstate'
import {
  asksOnlyCard,
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
              guard: ({ event }) => event.output.left === 0,
              target: 'refused',
              actions: assign(({ context }) => refusedBy(context, 'agent-limit')),
            },
            { guard: ({ context }) => asksOnlyCard(context), target: 'card' },
            { target: 'asking' },
          ],
          // Main says no at the end, if it must: a lost answer keeps nobody from filling in.
          onError: [{ guard: ({ context }) => asksOnlyCard(context), target: 'card' }, { target: 'asking' }],
        },
        on: { BACK: '#session.journey.item' },
      },
      /** Back from the form. */
      returning: {
        entry: assign(({ context }) => lastQuestion(context)),
        always: [
          { guard: ({ context }) => context.proxy?.principal?.source === 'id-card-chip', target: 'card' },
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
            { guard: ({ context }) => asksOnlyCard(context), target: '#session.journey.item' },
            { target: 'asking', actions: assign(({ context }) => lastQuestion(context)) },
          ],
        },
      },
      refused: { on: { BACK: '#session.journey.item' } },
    },
  })
}
