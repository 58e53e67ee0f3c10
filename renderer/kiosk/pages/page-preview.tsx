import { useEffect, useState } from 'react'
import { ErrorSentence, Notice } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { type PreviewWarning, previewWarning } from '../devices/preview-quality.ts'
import { Waiting } from '../shell/waiting.tsx'
import { useBridge } from '../use-watch.ts'

interface PagePreviewProps {
  readonly draftId: string
  readonly pageId: string
  /** Which page of the paper it is, from 1. */
  readonly number: number
}

/** A scanned page with all four corners, and a word of warning when it looks blank, pale or blurred. */
export function PagePreview({ draftId, pageId, number }: PagePreviewProps) {
  const source = usePreview(draftId, pageId)
  const [warning, setWarning] = useState<PreviewWarning | null>(null)
  // A picture that cannot be drawn is one that cannot be shown.
  const [isBroken, setIsBroken] = useState(false)
  if (source === 'loading') return <Waiting text={say('paper.preview-loading')} />
  if (source === null || isBroken)
    return <Notice kind="trouble" sign="eye" heading={say('paper.no-preview')} testId="no-preview" />
  return (
    <>
      <div className="scan-page">
        <img
          src={source}
          alt={say('paper.page-alt', { page: number })}
          data-testid="preview"
          onLoad={(event) => setWarning(previewWarning(event.currentTarget))}
          onError={() => setIsBroken(true)}
        />
      </div>
      {warning === null ? null : <ErrorSentence text={say(`paper-quality.${warning}`)} testId="preview-warning" />}
    </>
  )
}

/** The page's picture as a source for an image; null when main has none to show. */
function usePreview(draftId: string, pageId: string): string | 'loading' | null {
  const bridge = useBridge()
  const [source, setSource] = useState<string | 'loading' | null>('loading')
  useEffect(() => {
    let isWanted = true
    bridge
      .call((client) => client.scanning.preview({ draftId, pageId }))
      .then(
        (found) => (found === null ? null : `data:${found.mediaType};base64,${found.base64}`),
        (cause: unknown) => {
          console.warn('main sent no preview', cause)
          return null
        },
      )
      .then((found) => {
        if (isWanted) setSource(found)
      })
    return () => {
      isWanted = false
    }
  }, [bridge, draftId, pageId])
  return source
}
