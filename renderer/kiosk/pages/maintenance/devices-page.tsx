import { useEffect, useState } from 'react'
import type { DeviceReadiness } from '../../../../electron/bridge/maintenance.contract.ts'
import { Button, Notice, Spaced } from '../../../ui/components.tsx'
import { Sign } from '../../../ui/icons.tsx'
import { local, say } from '../../../ui/strings/say.ts'
import { Page } from '../../shell/page.tsx'
import { Waiting } from '../../shell/waiting.tsx'
import { useBridge } from '../../use-watch.ts'

/** A maintainer with a roll of paper in the hand sees it at once. */
const LOOK_EVERY_MS = 2_000

interface DevicesProps {
  readonly token: string
  readonly onLocked: () => void
  readonly onQueue: () => void
  readonly onLeave: () => void
}

/** Behind the PIN: every device of the settings, how it is and who can mend it; also on paper. */
export function DevicesPage({ token, onLocked, onQueue, onLeave }: DevicesProps) {
  const devices = useReadiness(token, onLocked)
  return (
    <Page
      testId="devices-page"
      className="maintenance"
      question={<Spaced text={headline(devices)} />}
      actions={<ReportActions token={token} onLocked={onLocked} onQueue={onQueue} onLeave={onLeave} />}
    >
      {devices === null ? <Waiting text={say('maintain.looking')} /> : <DeviceRows devices={devices} />}
    </Page>
  )
}

function headline(devices: readonly DeviceReadiness[] | null): string {
  if (devices === null) return say('maintain.devices-heading')
  const count = devices.filter(({ severity }) => severity !== 'normal').length
  return count === 0 ? say('maintain.devices-well') : say('maintain.devices-trouble', { count })
}

function useReadiness(token: string, onLocked: () => void): readonly DeviceReadiness[] | null {
  const bridge = useBridge()
  const [devices, setDevices] = useState<readonly DeviceReadiness[] | null>(null)
  useEffect(() => {
    let isOver = false
    const look = () =>
      bridge
        .call((client) => client.maintenance.readiness({ token }))
        .then((answer) => {
          if (isOver) return
          if (answer.ok) setDevices(answer.devices)
          else onLocked()
        })
        .catch((cause: unknown) => console.warn('main did not say how the devices are', cause))
    void look()
    const timer = setInterval(look, LOOK_EVERY_MS)
    return () => {
      isOver = true
      clearInterval(timer)
    }
  }, [bridge, token, onLocked])
  return devices
}

function DeviceRows({ devices }: { readonly devices: readonly DeviceReadiness[] }) {
  if (devices.length === 0) return <p className="maintenance-none">{say('maintain.devices-none')}</p>
  return (
    <div className="sheet queue-rows">
      {devices.map((each) => (
        <div
          key={`${each.device} ${each.url}`}
          className="queue-row"
          data-testid={`device-${each.device}`}
          data-severity={each.severity}
        >
          <span className={`device-sign ${each.severity === 'normal' ? '' : 'queue-trouble'}`}>
            <Sign name={each.severity === 'normal' ? 'check' : 'alert'} />
          </span>
          <span className="queue-words">
            <span className="queue-what">
              <strong>
                {local(each.name)}
                {each.used ? null : say('maintain.device-spare')}
              </strong>
              <span className="soft device-url">{each.url}</span>
            </span>
            <span className={each.severity === 'normal' ? 'soft' : 'queue-trouble'}>
              {local(each.says)}
              {each.mend === 'nobody' ? null : <span className="soft">　{say(`maintain.mend.${each.mend}`)}</span>}
            </span>
          </span>
        </div>
      ))}
    </div>
  )
}

type Printing = 'no' | 'now' | 'printed' | 'not-printed' | 'lost'

function ReportActions({ token, onLocked, onQueue, onLeave }: DevicesProps) {
  const bridge = useBridge()
  const [printing, setPrinting] = useState<Printing>('no')
  const print = () => {
    setPrinting('now')
    bridge
      .call((client) => client.maintenance.printReadiness({ token }))
      .then((answer) => {
        if (answer.ok) setPrinting('printed')
        else if (answer.fault === 'not-unlocked') onLocked()
        else setPrinting('not-printed')
      })
      .catch((cause: unknown) => {
        console.warn('main did not answer the maintainer', cause)
        setPrinting('lost')
      })
  }
  return (
    <>
      <Said printing={printing} />
      <div className="maintenance-actions">
        <Button sign="back" onPress={onQueue} testId="show-queue">
          {say('maintain.back-to-queue')}
        </Button>
        <Button sign="printer" isOff={printing === 'now'} onPress={print} testId="print-readiness">
          {say('maintain.print-report')}
        </Button>
        <Button sign="leave" look="primary" onPress={onLeave} testId="maintenance-leave">
          {say('maintain.leave')}
        </Button>
      </div>
    </>
  )
}

function Said({ printing }: { readonly printing: Printing }) {
  switch (printing) {
    case 'no':
      return null
    case 'now':
      return <Waiting text={say('maintain.printing-report')} testId="readiness-printing" />
    case 'printed':
      return (
        <Notice kind="information" sign="check" heading={say('maintain.report-printed')} testId="readiness-printed" />
      )
    case 'not-printed':
    case 'lost': {
      const words = say(printing === 'lost' ? 'maintain.lost' : 'maintain.report-not-printed')
      return <Notice kind="trouble" sign="alert" heading={words} testId="readiness-not-printed" />
    }
  }
}
