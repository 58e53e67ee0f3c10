import { expect, test } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import { openWorld } from '../support/world.ts'
import { walkTheMainJob } from './kiosk.walk.ts'

test('the main job in Chromium under the browser shell', async (context) => {
  if (findChromium() === undefined) context.skip('no Chromium: npm run setup')
  const world = await openWorld({ pty: true })
  try {
    await world.startTerminal()
    const page = await world.openPage()
    await walkTheMainJob('chromium', page, world.stack)
    const events = world.log.map((line) => line.event)
    expect(events).toContain('submission-received')
    // No line of the log names a citizen.
    const text = JSON.stringify(world.log)
    for (const secret of ['周明远', '990101198611020033', '13800136021', '恒盛']) expect(text).not.toContain(secret)
  } finally {
    await world.close()
  }
})
