import type { ScannedPage } from '../../../electron/bridge/scanning.contract.ts'
import type { Material } from '../../../sync/protocol/service-item.ts'
import { pageShown, pagesOf } from '../machine/paper-steps.ts'
import type { SessionContext } from '../machine/session-types.ts'
import { licenceToldFor } from '../machine/told-steps.ts'
import { cannotScanKey, PapersPage } from '../pages/visit-pages.ts'
import type { ItemProps } from './props.ts'

interface PapersProps extends ItemProps {
  readonly paper: Material
}

/** The page of one paper: scanned, offered, given or promised. */
export function Papers({ state, send, item, paper, devices, intake, onStaff }: PapersProps) {
  const { context } = state
  const pages = pagesOf(context, paper.id)
  const stage = state.matches({ journey: { papers: 'checking' } })
    ? 'checking'
    : state.matches({ journey: { papers: 'scanning' } })
      ? 'scanning'
      : state.matches({ journey: { papers: 'choosing' } })
        ? 'choosing'
        : 'looking'
  return (
    <PapersPage
      item={item}
      answers={context.answers}
      paper={paper}
      paperIndex={context.paperIndex}
      stage={stage}
      draftId={context.draftId ?? ''}
      pages={pages.length}
      dropped={context.dropped.length}
      shown={shownPage(context, pages)}
      trouble={context.paperTrouble}
      cannotScan={cannotScanKey(devices, intake)}
      licence={licenceToldFor(context, paper)}
      onScan={() => send({ type: 'SCAN' })}
      onCancel={() => send({ type: 'CANCEL_SCAN' })}
      onGood={() => send({ type: 'PAGE_GOOD' })}
      onAgain={() => send({ type: 'PAGE_AGAIN' })}
      onDrop={() => send({ type: 'DROP_PAGES' })}
      onUndrop={() => send({ type: 'UNDROP_PAGES' })}
      onGive={(way) => send({ type: 'GIVE', way })}
      onNext={() => send({ type: 'NEXT' })}
      onStaff={onStaff}
    />
  )
}

function shownPage(context: SessionContext, pages: readonly ScannedPage[]) {
  const shown = pageShown(context)
  if (shown === undefined) return null
  return { pageId: shown.pageId, number: 1 + pages.findIndex(({ pageId }) => pageId === shown.pageId) }
}
