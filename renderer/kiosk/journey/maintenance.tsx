import { useEffect, useState } from 'react'
import type { JourneyProps } from './props.ts'
import { BlankPage } from './waiting.tsx'

type MaintenancePages = typeof import('../pages/maintenance-pages.ts')

/** The maintainers' pages come when a maintainer does. */
export function Maintenance({ queue, catalogue, schedule, now, send }: JourneyProps) {
  const [pages, setPages] = useState<MaintenancePages | null>(null)
  useEffect(() => {
    import('../pages/maintenance-pages.ts').then(setPages, (cause: unknown) => {
      console.error('the maintenance pages are not there', cause)
      send({ type: 'HOME' })
    })
  }, [send])
  if (pages === null) return <BlankPage />
  return (
    <pages.MaintenancePage
      queue={queue}
      items={catalogue?.items ?? []}
      schedule={schedule}
      now={now}
      onLeave={() => send({ type: 'END' })}
    />
  )
}
