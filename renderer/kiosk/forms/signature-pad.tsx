import { type PointerEvent, useState } from 'react'
import type { Signature } from '../../../sync/protocol/submission.ts'
import { BOX_HEIGHT, BOX_WIDTH, extend, type Point, pathOf, pointAt, withStroke } from './strokes.ts'

interface PadProps {
  readonly signature: Signature | null
  readonly label: string
  readonly onChange: (signature: Signature | null) => void
}

/** 250 × 90 mm, a dashed base line, ink of 2 mm; finger or pen. One pointer writes at a time: a resting palm does not. */
export function SignaturePad({ signature, label, onChange }: PadProps) {
  const [stroke, setStroke] = useState<{ readonly pointer: number; readonly points: readonly Point[] } | null>(null)
  const place = (event: PointerEvent<SVGSVGElement>): Point => {
    const box = event.currentTarget.getBoundingClientRect()
    return pointAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height)
  }
  const finish = (event: PointerEvent<SVGSVGElement>) => {
    if (stroke?.pointer !== event.pointerId) return
    onChange(withStroke(signature, stroke.points))
    setStroke(null)
  }
  return (
    <svg
      className="signature"
      viewBox={`0 0 ${BOX_WIDTH} ${BOX_HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      data-testid="signature"
      data-repeats
      data-signed={signature !== null}
      onPointerDown={(event) => {
        if (stroke !== null) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setStroke({ pointer: event.pointerId, points: [place(event)] })
      }}
      onPointerMove={(event) => {
        if (stroke?.pointer !== event.pointerId) return
        setStroke({ ...stroke, points: extend(stroke.points, place(event)) })
      }}
      onPointerUp={finish}
      onPointerCancel={finish}
    >
      <path className="signature-base" d="M36 304H964" />
      {[...(signature?.strokes ?? []), stroke?.points ?? []].map((points, order) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: strokes are only ever added
        <path className="signature-ink" key={order} d={pathOf(points)} />
      ))}
    </svg>
  )
}
