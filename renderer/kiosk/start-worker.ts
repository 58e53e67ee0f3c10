import type { ServiceItem } from '../../sync/protocol/service-item.ts'
import type { SyncWorkerHandle } from '../sync-worker/client.ts'
import type { Bridge } from './bridge.ts'
import { type LiveViewStore, WORKER_PATIENCE_MS } from './live-view.ts'

/**
 * Starts the sync worker and lets the page see what it tells. Main's own view takes its place for the rest of this
 * document when it says that it cannot work, or says nothing in time; every visit begins with a new document.
 */
export async function startLiveView(bridge: Bridge, store: LiveViewStore): Promise<void> {
  let hasQueue = false
  let hasCatalogue = false
  let worker: SyncWorkerHandle | null = null
  let itemsOfMain: readonly ServiceItem[] = []
  const followMain = () =>
    store.followMain(bridge, (view) => {
      itemsOfMain = view.catalogue.items
      worker?.offerItems(itemsOfMain)
    })
  const lateTimer = setTimeout(followMain, WORKER_PATIENCE_MS)
  const { startSyncWorker } = await import('../sync-worker/client.ts')
  const started = startSyncWorker({
    channel: () => bridge.workerChannel(),
    onMessage: (message) => {
      if (message.kind === 'state') {
        if (message.state === 'unusable') followMain()
        return
      }
      if (message.kind === 'queue') {
        hasQueue = true
        store.fromWorker({ queue: message.view })
      } else {
        hasCatalogue = true
        store.fromWorker({ catalogue: message.view })
      }
      if (hasQueue && hasCatalogue) clearTimeout(lateTimer)
    },
    onProblem: (event, why) => {
      bridge
        .call((client) => client.maintenance.report({ event: 'worker-error', detail: `${event} ${why}`.slice(0, 500) }))
        .catch((cause: unknown) => console.warn('could not report', event, cause))
    },
  })
  worker = started
  if (itemsOfMain.length > 0) started.offerItems(itemsOfMain)
  store.searchWith(started.find)
  store.fromWorker({
    async schedule(submissionIds) {
      const answer = await started.schedule(submissionIds)
      return answer.ok ? answer.rows : []
    },
  })
}
