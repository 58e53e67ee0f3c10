import { Component, type ReactNode } from 'react'
import type { Bridge } from './bridge.ts'

/** After a fault the page begins anew; the card's snapshot in main brings the citizen back to the same step. */
const RELOAD_AFTER_MS = 1_000

/** Kind and place of a fault: its message might quote what a citizen typed, so it is left out. */
export function faultDetail(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause
  const place = cause.stack?.split('\n').find((line) => /^\s*at /.test(line)) ?? ''
  return `${cause.name}${place.replace(/\s+/g, ' ')}`.slice(0, 500)
}

function report(bridge: Bridge, cause: unknown): void {
  bridge
    .call((client) => client.maintenance.report({ event: 'page-error', detail: faultDetail(cause) }))
    .catch((lost: unknown) => console.warn('could not report a fault of the page', lost))
}

export function reportFaults(bridge: Bridge): void {
  window.addEventListener('error', (event) => report(bridge, event.error))
  window.addEventListener('unhandledrejection', (event) => report(bridge, event.reason))
}

interface PageFaultProps {
  readonly bridge: Bridge
  readonly children: ReactNode
}

export class PageFault extends Component<PageFaultProps, { readonly hasFault: boolean }> {
  override state = { hasFault: false }

  static getDerivedStateFromError() {
    return { hasFault: true }
  }

  override componentDidCatch(cause: unknown) {
    report(this.props.bridge, cause)
    setTimeout(() => location.replace(location.pathname), RELOAD_AFTER_MS)
  }

  override render() {
    return this.state.hasFault ? null : this.props.children
  }
}
