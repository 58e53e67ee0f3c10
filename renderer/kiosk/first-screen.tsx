import { Bridge } from './bridge.ts'
import { IdlePage } from './pages/idle-page.tsx'
import { Frame } from './shell/frame.tsx'
import { statusLine } from './shell/status-line.ts'
import { BridgeProvider } from './use-watch.ts'

const ignore = () => undefined

/**
 * What index.html shows until the kiosk takes over: the idle page of a machine that knows nothing yet, not even the time.
 * No script renders it in the browser; its test writes its markup into index.html (`npx vitest run --project unit renderer/kiosk/first-screen -u`).
 */
export function FirstScreen() {
  return (
    <BridgeProvider value={new Bridge()}>
      <Frame
        about={null}
        status={statusLine(null, 0)}
        connection="unknown"
        waiting={null}
        visitor={null}
        now={null}
        showsDate={false}
        onEnd={null}
        onBack={null}
        onHome={null}
        onStaff={ignore}
        onLanguage={null}
        staffWords={null}
        onLook={null}
        speech={{ label: 'speech.tool.read', isOff: true, press: ignore }}
      >
        <IdlePage
          reader={{ kind: 'none' }}
          badges={[]}
          intake="open"
          onStart={ignore}
          onElder={ignore}
          onLookUp={ignore}
          languages={{ language: 'zh', missing: new Set(), choose: ignore }}
        />
      </Frame>
    </BridgeProvider>
  )
}
