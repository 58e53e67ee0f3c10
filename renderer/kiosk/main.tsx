import './zod-without-eval.ts'
import '../ui/tokens.css'
import '../ui/components.css'
import './shell/frame.css'
import './pages/pages.css'
import './keyboard/keyboard.css'
import { createRoot } from 'react-dom/client'
import { createActor } from 'xstate'
import { applyPanel, DEFAULT_PX_PER_MM } from '../ui/panel.ts'
import { App } from './app.tsx'
import { Bridge } from './bridge.ts'
import { LiveViewStore } from './live-view.ts'
import { createSessionMachine } from './machine/session-machine.ts'
import { PageFault, reportFaults } from './page-fault.tsx'
import { connectSession, sessionDeps } from './session-wiring.ts'
import { guardDoubleStrikes } from './shell/double-strike.ts'
import { showFocusAfterKeys } from './shell/focus.ts'
import { BridgeProvider } from './use-watch.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

applyPanel(DEFAULT_PX_PER_MM)
// Beside the first paint, not before it: the page's own Noto, for machines that have no Chinese font.
void import('../ui/fonts.ts')

const bridge = new Bridge()
const view = new LiveViewStore()
const session = createActor(createSessionMachine(sessionDeps(bridge)))

reportFaults(bridge)
guardDoubleStrikes(() => Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--mm')))
showFocusAfterKeys()
session.start()
connectSession(session, bridge, view)
void bridge.run()

createRoot(root).render(
  <BridgeProvider value={bridge}>
    <PageFault bridge={bridge}>
      <App session={session} view={view} />
    </PageFault>
  </BridgeProvider>,
)
