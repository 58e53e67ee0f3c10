import { useEffect, useState } from 'react'
import { Button, Groups } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'
import { groupIdNumber, maskIdNumber } from './show.ts'

/** 看全号 shows the number this long, by one touch and not by holding. */
export const SHOW_ALL_MS = 10_000

/** The number of the card, masked; with 看全号 for ten seconds. */
export function IdNumber({ number }: { readonly number: string }) {
  const [isShown, setIsShown] = useState(false)
  useEffect(() => {
    if (!isShown) return
    const timer = setTimeout(() => setIsShown(false), SHOW_ALL_MS)
    return () => clearTimeout(timer)
  }, [isShown])
  return (
    <>
      <span className="detail-value" data-testid="id-number">
        <Groups groups={isShown ? groupIdNumber(number) : maskIdNumber(number)} />
      </span>
      <Button sign="eye" look="quiet" isOff={isShown} onPress={() => setIsShown(true)} testId="show-all">
        {say('form.show-all')}
      </Button>
    </>
  )
}
