import { describe, expect, it } from 'vitest'
import { createLinkCore } from './link-core.ts'

describe('what all links share', () => {
  it('keeps early bytes for the first listener, in order', () => {
    const core = createLinkCore()
    core.deliver(Uint8Array.of(1))
    core.deliver(Uint8Array.of(2, 3))
    const heard: number[] = []
    core.onData((bytes) => void heard.push(...bytes))
    core.deliver(Uint8Array.of(4))
    expect(heard).toEqual([1, 2, 3, 4])
  })

  it('tells the first reason for its end, once, also to those who ask later, and delivers nothing after it', async () => {
    const core = createLinkCore()
    const heard: number[] = []
    const reasons: string[] = []
    core.onData((bytes) => void heard.push(...bytes))
    core.onClose((reason) => void reasons.push(reason.fault))
    core.end({ fault: 'lost', detail: 'pulled' })
    core.end({ fault: 'closed', detail: 'too late' })
    core.deliver(Uint8Array.of(1))
    await new Promise<void>((resolve) => core.onClose(() => resolve()))
    expect(reasons).toEqual(['lost'])
    expect(core.ended()).toEqual({ fault: 'lost', detail: 'pulled' })
    expect(heard).toEqual([])
  })
})
