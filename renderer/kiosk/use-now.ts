import { useEffect, useState } from 'react'

/** Minutes are shown; this often they are looked at. */
const LOOK_EVERY_MS = 2_000

export function useNow(): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return now
}
