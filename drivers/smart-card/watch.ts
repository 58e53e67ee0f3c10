import {
  buildStopWaiting,
  buildWait,
  isSignal,
  READERS_BYTES,
  type ReaderInfo,
  readReaders,
  SIGNAL_BYTES,
} from './protocol.ts'
import type { Service } from './service.ts'
import type { SmartCardTiming } from './timing.ts'

/**
 * Follows the table of readers on a connection of its own. The request to wait is answered at once by the whole table,
 * and later by one signal when anything in it changed; with no signal within the probe's time the wait is called off,
 * which is answered too: so each turn shows that the service lives. A change between two turns is in the next table.
 */
export type WatchEnd = 'lost' | 'silent' | 'garbled'

export async function watchReaders(
  service: Service,
  timing: SmartCardTiming,
  onReaders: (readers: readonly ReaderInfo[]) => void,
): Promise<{ readonly end: WatchEnd; readonly detail: string }> {
  for (;;) {
    const table = await service.ask(buildWait(), READERS_BYTES, timing.answerTimeoutMs)
    if (!table.ok) return endOf(table.trouble, 'table of readers')
    const read = readReaders(table.bytes)
    if (!read.ok) {
      service.condemn()
      return { end: 'garbled', detail: read.detail }
    }
    onReaders(read.readers)
    let signal = await service.read(SIGNAL_BYTES, timing.probeMs)
    if (!signal.ok && signal.trouble === 'timed-out') {
      // A signal that is on its way already is then the only answer: the service forgets a client that it has told.
      service.send(buildStopWaiting())
      signal = await service.read(SIGNAL_BYTES, timing.answerTimeoutMs)
    }
    if (!signal.ok) return endOf(signal.trouble, 'signal')
    if (!isSignal(signal.bytes)) {
      service.condemn()
      return { end: 'garbled', detail: 'no signal' }
    }
  }
}

function endOf(trouble: 'timed-out' | 'lost' | 'garbled', detail: string) {
  return { end: trouble === 'timed-out' ? ('silent' as const) : trouble, detail }
}
