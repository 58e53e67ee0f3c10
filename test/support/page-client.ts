import { randomUUID } from 'node:crypto'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { ResponseValidationPlugin } from '@orpc/contract/plugins'
import { WebSocket } from 'ws'
import { bridgeContract } from '../../electron/bridge/bridge.contract.ts'
import type { CardEvent } from '../../electron/bridge/identity.contract.ts'
import type { Accepted, Delivery } from '../../electron/bridge/submissions.contract.ts'
import { consentText } from '../../sync/protocol/consent.ts'
import type { CatalogueView } from '../../sync/protocol/queue-view.ts'
import type { SubmitRequest } from '../../sync/protocol/submission.ts'

/** A page without a screen: speaks the bridge over its real socket, through the real door. */
export interface PageClient {
  readonly bridge: ContractRouterClient<typeof bridgeContract>
  /** Waits until a card is in the visit. */
  card(): Promise<Extract<CardEvent, { kind: 'card' }>>
  catalogue(): Promise<CatalogueView>
  /** Waits until main says so of a submission. */
  delivered(submissionId: string): Promise<Delivery>
  close(): void
}

export async function openPageClient(startUrl: string): Promise<PageClient> {
  const entered = await fetch(startUrl, { redirect: 'manual' })
  const cookie = entered.headers.get('set-cookie')?.split(';')[0]
  if (cookie === undefined) throw new Error(`the door did not open: ${entered.status}`)
  const { origin } = new URL(startUrl)
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/bridge`, { headers: { cookie, origin } })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  // A killed terminal resets the socket; whoever waits on a call learns it from the call.
  socket.on('error', () => undefined)
  const link = new RPCLink({
    websocket: socket as unknown as ConstructorParameters<typeof RPCLink>[0]['websocket'],
    plugins: [new ResponseValidationPlugin(bridgeContract)],
  })
  const bridge: PageClient['bridge'] = createORPCClient(link)
  await bridge.session.open({ pageId: randomUUID() })

  return {
    bridge,
    async card() {
      for await (const event of await bridge.identity.watchCard()) if (event.kind === 'card') return event
      throw new Error('the card watch ended')
    },
    async catalogue() {
      for await (const view of await bridge.queue.watchCatalogue()) if (view !== null) return view
      throw new Error('the catalogue watch ended')
    },
    async delivered(submissionId) {
      for await (const delivery of await bridge.submissions.watchDelivery({ submissionId })) {
        if (delivery.state !== 'queued') return delivery
      }
      throw new Error('the delivery watch ended')
    },
    close: () => socket.close(),
  }
}

/** Good answers to the sample item S07 (失业登记). */
export function registration(view: CatalogueView, draftId: string = randomUUID()): SubmitRequest {
  const item = view.catalogue.items.find((each) => each.id === 'S07')
  if (item === undefined) throw new Error('the catalogue has no S07')
  const today = new Date().toISOString().slice(0, 10)
  const answers = Object.fromEntries(
    item.fields.map((field) => {
      if (field.type === 'choice') return [field.id, field.options[0]?.value ?? '']
      if (field.type === 'date') return [field.id, today.replace(/-\d\d$/, '-01')]
      return [field.id, field.type === 'phone' ? '13800136021' : '云洲市恒盛纺织有限公司']
    }),
  )
  return {
    draftId,
    kind: 'application',
    item: { id: item.id, version: item.version },
    answers,
    consent: consentText(item),
    signature: {
      strokes: [
        [
          [100, 100],
          [200, 150],
          [300, 120],
        ],
      ],
    },
  }
}

export async function submit(page: PageClient, request: SubmitRequest): Promise<Accepted> {
  const answer = await page.bridge.submissions.submit(request)
  if (!answer.ok) throw new Error(`not accepted: ${answer.fault} ${JSON.stringify(answer.fields)}`)
  return answer.accepted
}
