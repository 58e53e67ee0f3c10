import './zod-without-eval.ts'
import './pages/pages.css'
import './pages/proxy.css'
import './keyboard/keyboard.css'
import './staff/staff.css'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { createActor } from 'xstate'
import { loadFonts } from '../ui/fonts-by-language.ts'
import { applyPanel, DEFAULT_PX_PER_MM } from '../ui/panel.ts'
import { showLanguage, shownLanguage } from '../ui/strings/language.ts'
import { App } from './app.tsx'
import { Bridge } from './bridge.ts'
import { connectCodes } from './codes-wiring.ts'
import { LiveViewStore } from './live-view.ts'
import { createSessionMachine } from './machine/session-machine.ts'
import { PageFault, reportFaults } from './page-fault.tsx'
import { connectSession, sessionDeps } from './session-wiring.ts'
import { moveFocusByArrows } from './shell/arrow-keys.ts'
import { CodesProvider } from './use-codes.ts'
import { BridgeProvider } from './use-watch.ts'

/** The kiosk in the place of the first screen: it stands there, and answers, when this returns. */
export function startKiosk(root: HTMLElement): void {
  const bridge = new Bridge()
  const view = new LiveViewStore()
  const session = createActor(createSessionMachine(sessionDeps(bridge)))

  reportFaults(bridge)
  applyPanel(DEFAULT_PX_PER_MM)
  moveFocusByArrows()
  // Before the page hears of it: what it then renders is in the new language.
  session.subscribe(({ context }) => showLanguage(context.look.language))
  shownLanguage.subscribe(() => {
    void loadFonts(shownLanguage.get()).catch((cause: unknown) => console.warn('no fonts of our own', cause))
  })
  session.start()
  connectSession(session, bridge, view)
  const codes = connectCodes(session, bridge)
  void bridge.run()
  flushSync(() =>
    createRoot(root).render(
      <BridgeProvider value={bridge}>
        <PageFault bridge={bridge}>
          <CodesProvider value={codes}>
            <App session={session} view={view} />
          </CodesProvider>
        </PageFault>
      </BridgeProvider>,
    ),
  )
  // The page's own Noto, for machines that have no Chinese font.
  void import('../ui/fonts.ts')
}
