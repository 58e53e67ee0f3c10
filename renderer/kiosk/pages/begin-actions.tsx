import type { ProxyRule, ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Button, Notice } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import { takesProxy } from '../machine/proxy-steps.ts'

interface BeginProps {
  readonly item: ServiceItem
  /** Nobody begins it here now: it is for the window. */
  readonly isClosed: boolean
  /** What the button says where nobody else may come. */
  readonly own: string
  readonly onBegin: (forSomebodyElse: boolean) => void
}

/** For whom: asked where the item is begun, so that one's own way has no step more. Who cannot come is told here, not later. */
export function BeginActions({ item, isClosed, own, onBegin }: BeginProps) {
  const isTaken = takesProxy(item)
  if (isClosed) return <Notice kind="trouble" sign="door" heading={say('item.window')} />
  const begin = (
    <Button look="primary" signAfter="forward" className="tall" onPress={() => onBegin(false)} testId="item-self">
      {isTaken ? say('proxy.own') : own}
    </Button>
  )
  if (isTaken) {
    return (
      <div className="two">
        <Button className="tall" onPress={() => onBegin(true)} testId="item-proxy">
          {say('proxy.begin')}
        </Button>
        {begin}
      </div>
    )
  }
  return (
    <>
      {item.proxy === undefined ? null : <OnlyOwn proxy={item.proxy} />}
      {begin}
    </>
  )
}

/** Whoever is sent to the window for it hears who has to go; beside the reason, above. */
export function WhoHasToGo({ item: { proxy }, isClosed }: Pick<BeginProps, 'item' | 'isClosed'>) {
  return isClosed && proxy?.allowed === false ? <OnlyOwn proxy={proxy} /> : null
}

/** Why nobody else can hand it in here, in the item's own words. */
function OnlyOwn({ proxy }: { readonly proxy: ProxyRule }) {
  return (
    <Notice kind="information" sign="card" testId="proxy-not-here">
      {proxy.allowed ? say('proxy.at-window', { who: local(proxy.who) }) : local(proxy.sentence)}
    </Notice>
  )
}
