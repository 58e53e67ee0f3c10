import { useEffect, useState } from 'react'

/** Light modules around the code that readers need, in modules (ISO/IEC 18004). */
const QUIET = 4
const AT_LATEST_MS = 500

/** The receipt's QR code; nothing is drawn until the code is made. */
export function Qr({ text, label }: { readonly text: string; readonly label: string }) {
  const [drawn, setDrawn] = useState<{ readonly path: string; readonly size: number } | null>(null)
  useEffect(() => {
    let isHere = true
    const draw = async () => {
      const { generate } = await import('lean-qr')
      const code = generate(text)
      let path = ''
      for (let y = 0; y < code.size; y++) {
        for (let x = 0; x < code.size; x++) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`
      }
      if (isHere) setDrawn({ path, size: code.size })
    }
    // The page is seen first: to make the code takes longer than to draw everything else.
    const idle = requestIdleCallback(
      () => {
        draw().catch((cause: unknown) => console.warn('the code on the screen is missing', cause))
      },
      { timeout: AT_LATEST_MS },
    )
    return () => {
      isHere = false
      cancelIdleCallback(idle)
    }
  }, [text])
  if (drawn === null) return <span className="qr" />
  const side = drawn.size + 2 * QUIET
  return (
    <svg
      className="qr"
      viewBox={`${-QUIET} ${-QUIET} ${side} ${side}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
      data-testid="qr"
    >
      <path d={drawn.path} />
    </svg>
  )
}
