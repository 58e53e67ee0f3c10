import '../ui/tokens.css'
import '../ui/components.css'
import './shell/frame.css'
import './pages/idle.css'
import '../ui/look.css'
import '../ui/languages.css'
import { keepTouch } from './first-touch.ts'
import { guardDoubleStrikes } from './shell/double-strike.ts'
import { showFocusAfterKeys } from './shell/focus.ts'

/**
 * The first screen stands in index.html, so that it can be seen and touched before React, the session and the bridge are
 * there. They follow once it is painted; a touch until then is kept and given to them.
 */

/** A window that nobody sees makes no frames; it goes on all the same. */
const FIRST_FRAME_PATIENCE_MS = 500
/** As after any other fault of the page (page-fault.tsx). */
const AGAIN_AFTER_MS = 1_000

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

guardDoubleStrikes(() => Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--mm')))
showFocusAfterKeys()
const giveTouch = keepTouch(root)

firstFrame()
  .then(() => import('./kiosk.tsx'))
  .then(({ startKiosk }) => {
    startKiosk(root)
    giveTouch()
  })
  .catch((cause: unknown) => {
    console.error('the kiosk did not start', cause)
    setTimeout(() => location.reload(), AGAIN_AFTER_MS)
  })

/** The first screen is laid out and on its way to the glass: what comes now no longer holds it back. */
function firstFrame(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, FIRST_FRAME_PATIENCE_MS)
    requestAnimationFrame(() => setTimeout(resolve))
  })
}
