import type { Gap, LastContact, TerminalView } from './fleet.ts'
import { type Html, html } from './html.ts'
import { fullMoment, page } from './pages.ts'

/** The pages about terminals: who was heard of when, what waits there, and which numbers never came. */

/** How many gaps a terminal's page lists. */
export const GAPS_SHOWN = 100

const BYTES_PER_GIB = 1 << 30

export function terminalsPage(hubName: string, terminals: readonly TerminalView[]): string {
  const wanting = terminals.filter((terminal) => missing(terminal) > (terminal.contact?.waiting ?? 0)).length
  const sentence = `一共 ${terminals.length} 台终端${wanting === 0 ? '，没有缺号' : `，${wanting} 台有缺号`}`
  const rows = terminals.map(
    (terminal) => html`<tr>
<td><a href="/terminals/${terminal.terminalId}">${terminal.terminalId}</a></td>
<td>${terminal.contact === undefined ? '没有联系过' : fullMoment(terminal.contact.at)}</td>
<td>${terminal.held}</td>
<td>${missing(terminal)}</td>
<td>${terminal.contact?.waiting ?? '不清楚'}</td>
<td>${terminal.contact?.quarantined ?? '不清楚'}</td>
<td>${marks(terminal)}</td>
</tr>`,
  )
  return page(
    hubName,
    '终端',
    html`<h1>${sentence}</h1>
<p>缺号是终端编过的号里这里没有的。正在终端上等着的件也算在里面，等它们到了就不缺了。时间是北京时间。</p>
${terminals.length === 0 ? '' : html`<div class="sheet"><table><thead><tr><th>终端</th><th>最近联系</th><th>收到</th><th>缺号</th><th>那边等着</th><th>那边卡住</th><th>要留意</th></tr></thead><tbody>${rows}</tbody></table></div>`}
<a href="/">看收到的件</a>`,
  )
}

export function terminalPage(hubName: string, terminal: TerminalView, gaps: readonly Gap[]): string {
  const { contact } = terminal
  const waiting = contact?.waiting ?? 0
  const lost = missing(terminal) - waiting
  const sentence =
    missing(terminal) === 0
      ? `从 1 号到 ${terminal.lastDeviceSequence} 号，一件不缺。`
      : `缺 ${missing(terminal)} 个号。终端说还有 ${waiting} 件等着${lost > 0 ? `，其余 ${lost} 个号要派人去查` : ''}。`
  return page(
    hubName,
    terminal.terminalId,
    html`<h1>${terminal.terminalId}</h1>
<p class="${lost > 0 ? 'fails' : 'holds'}">${sentence}</p>
${gaps.length === 0 ? '' : html`<h2>缺的号</h2><p>${gaps.map(gapWords).join('、')}${gaps.length === GAPS_SHOWN ? '，后面还有' : ''}</p>`}
<div class="sheet"><dl>
<dt>登记</dt><dd>${fullMoment(terminal.enrolledAt)}${terminal.isRevoked ? '，密钥已停用' : ''}</dd>
<dt>收到</dt><dd>${terminal.held} 件</dd>
<dt>同号两件</dt><dd>${terminal.cloned === 0 ? '没有' : `${terminal.cloned} 件，这台终端可能被复制了`}</dd>
${contact === undefined ? html`<dt>最近联系</dt><dd>没有联系过</dd>` : contactRows(contact)}
</dl></div>
<a href="/terminals">回到全部终端</a>`,
  )
}

function contactRows(contact: LastContact): Html {
  const { freeBytes, oldestWaitingAt } = contact
  return html`<dt>最近联系</dt><dd>${fullMoment(contact.at)}</dd>
<dt>那边等着</dt><dd>${contact.waiting} 件${oldestWaitingAt === null ? '' : `，最早的从 ${fullMoment(oldestWaitingAt)} 等起`}</dd>
<dt>那边卡住</dt><dd>${contact.quarantined} 件</dd>
<dt>日志读不出的地方</dt><dd>${contact.damage} 处</dd>
<dt>空余磁盘</dt><dd>${freeBytes === null ? '不清楚' : `${(freeBytes / BYTES_PER_GIB).toFixed(1)} GiB`}</dd>
<dt>程序版本</dt><dd>${contact.version}</dd>`
}

function missing(terminal: TerminalView): number {
  return terminal.lastDeviceSequence - terminal.held
}

function marks({ isRevoked, cloned, contact }: TerminalView): string {
  const found = [
    ...(isRevoked ? ['密钥已停用'] : []),
    ...(cloned > 0 ? ['同号两件'] : []),
    ...((contact?.damage ?? 0) > 0 ? ['日志有损坏'] : []),
  ]
  return found.join('，')
}

function gapWords({ from, through }: Gap): string {
  return from === through ? `${from}` : `${from} 到 ${through}`
}
