import type { ReceiptResult } from '../envelope/receipt.ts'
import { ComplaintSortSchema, RATING_LEVELS, type RatingLevel } from '../protocol/feedback.ts'
import type { CaseHelper } from '../protocol/staff.ts'
import { showTicket } from '../protocol/ticket.ts'
import type { Arrival, ItemWords, Today } from './arrivals.ts'
import { faultInWords } from './fault-words.ts'
import { Html, html, policyFor } from './html.ts'
import { chinaDate, chinaTime } from './sources.ts'
import type { FeedbackCounts } from './store.ts'

/**
 * The plain pages of the hub: what arrived, and whether its receipt holds. Desk distance: 18 px text, 16 px floor,
 * 44 px targets (look.md section 7), colours of look.md section 2.2. No script, nothing personal.
 */

export const STYLE = `
:root { --ground: #E4ECE7; --sheet: #FFFFFF; --ink: #16201D; --ink-2: #38443F; --act: #0C4A50; --tint: #D2E3DB;
  --notice: #5E3B00; --notice-ground: #FBEFD0; --hair: #C3CFC9; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 18px/1.5 "Noto Sans SC", "Noto Sans CJK SC",
  "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
header { background: var(--sheet); border-bottom: 1px solid var(--hair); padding: 12px 36px; }
header b { color: var(--act); font: 700 32px/1.2 "Noto Serif SC", "Noto Serif CJK SC", serif; margin-right: 24px; }
main { padding: 28px 36px; max-width: 1500px; }
h1 { font-size: 34px; line-height: 1.3; margin: 0 0 4px; }
p { margin: 0 0 20px; color: var(--ink-2); }
.sheet { background: var(--sheet); border-radius: 12px; border-bottom: 3px solid #CBD8D1; overflow-x: auto;
  margin-bottom: 20px; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 400; font-size: 16px; color: var(--ink-2); }
th, td { padding: 10px 16px; border-bottom: 1px solid var(--hair); vertical-align: top; white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; margin: 0; padding: 12px 20px; }
dt { color: var(--ink-2); padding: 6px 24px 6px 0; }
dd { margin: 0; padding: 6px 0; overflow-wrap: anywhere; }
code { font: 16px/1.5 "Noto Sans Mono CJK SC", Consolas, monospace; }
a { color: var(--act); display: inline-block; min-height: 44px; line-height: 44px; }
td a { margin: -10px 0; }
.state { border: 2px solid var(--act); border-radius: 4px; padding: 1px 8px; color: var(--act); background: var(--sheet); }
.state.done { background: var(--act); color: var(--sheet); }
.state.wanting, .state.refused { border-style: dashed; border-color: var(--notice); color: var(--notice);
  background: var(--notice-ground); }
.holds, .fails { border-left: 5px solid var(--act); background: var(--tint); color: var(--ink); padding: 12px 20px; }
.fails { border-color: var(--notice); background: var(--notice-ground); color: var(--notice); }
`

const styleHtml = new Html(STYLE)
export const PAGE_POLICY = policyFor(STYLE)

const LEVEL_WORDS: Readonly<Record<RatingLevel, string>> = {
  5: '非常满意',
  4: '满意',
  3: '基本满意',
  2: '不满意',
  1: '非常不满意',
}

/** How many arrivals stand on a page. */
export const PAGE_LENGTH = 200

const STATE_CLASS: Readonly<Record<Arrival['state'], string>> = {
  待打开: 'state',
  已受理: 'state done',
  需补正: 'state wanting',
  不予受理: 'state refused',
}

export interface ListPage {
  readonly hubName: string
  readonly today: Today
  readonly arrivals: readonly Arrival[]
  readonly items: ReadonlyMap<string, ItemWords>
  /** True when the list begins with the newest. */
  readonly fromNewest: boolean
  readonly feedback: FeedbackCounts
}

export function listPage({ hubName, today, arrivals, items, fromNewest, feedback }: ListPage): string {
  const last = arrivals.length === PAGE_LENGTH ? arrivals.at(-1) : undefined
  const sentence = todaySentence(today)
  return page(
    hubName,
    sentence,
    html`<h1>${sentence}</h1>
<p>${fromNewest ? '最近到的排在最前。' : '这里是更早的件。'}时间是北京时间。这里没有个人信息，件里写了什么看不到。</p>
<p>${feedbackSentence(feedback)}</p>
${arrivals.length === 0 ? html`<p>这里还没有件。</p>` : arrivalTable(arrivals, today.date, items)}
${last === undefined ? '' : html`<a href="/?before=${last.hubSequence}">更早的件</a>`}
${fromNewest ? '' : html`<a href="/">回到最近的件</a>`}
<a href="/terminals">看终端</a>`,
  )
}

/** 今天收到 3 件，最近一件 10:48，来自 2 台终端 */
export function todaySentence({ count, lastAt, terminals }: Today): string {
  if (lastAt === null) return '今天还没有收到件'
  return `今天收到 ${count} 件，最近一件 ${chinaTime(lastAt)}，来自 ${terminals} 台终端`
}

/** 好差评：非常满意 3，满意 1。投诉建议：投诉 1 件。 Levels and sorts that nobody gave are left out. */
export function feedbackSentence({ ratings, complaints }: FeedbackCounts): string {
  const levels = RATING_LEVELS.filter((level) => (ratings.get(level) ?? 0) > 0)
  const sorts = ComplaintSortSchema.options.filter((sort) => (complaints.get(sort) ?? 0) > 0)
  const rated = levels.map((level) => `${LEVEL_WORDS[level]} ${ratings.get(level)}`)
  const complained = sorts.map((sort) => `${sort} ${complaints.get(sort)} 件`)
  return `好差评：${rated.join('，') || '还没有'}。投诉建议：${complained.join('，') || '还没有'}。`
}

function arrivalTable(arrivals: readonly Arrival[], today: string, items: ReadonlyMap<string, ItemWords>): Html {
  const rows = arrivals.map(
    (arrival) => html`<tr>
<td><a href="/submissions/${arrival.submissionId}">${moment(arrival.receivedAt, today)}</a></td>
<td><b>${items.get(arrival.itemId)?.name ?? arrival.itemId}</b></td>
<td>${showTicket(arrival.ticket)}</td>
<td>${arrival.terminalId}</td>
<td>${arrival.deviceSequence}${arrival.cloned ? '（同号两件）' : ''}</td>
<td>${arrival.hubSequence}</td>
<td>${stateMark(arrival)}</td>
<td><code>${arrival.sha256.slice(0, 12)}</code></td>
</tr>`,
  )
  return html`<div class="sheet"><table>
<thead><tr><th>收到</th><th>事项</th><th>取件码</th><th>终端</th><th>终端序号</th><th>总枢纽序号</th><th>办件</th><th>指纹</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}

export interface SubmissionPage {
  readonly hubName: string
  readonly arrival: Arrival
  readonly item: ItemWords
  /** Staff who helped. */
  readonly helpers: readonly CaseHelper[]
  readonly verified: ReceiptResult
  /** True when the receipt covers exactly this id and hash. */
  readonly covers: boolean
  /** What the principal is told, and when the channel took it. */
  readonly told?: { readonly text: string; readonly takenAt: string | null } | undefined
}

export function submissionPage({ hubName, arrival, item, helpers, verified, covers, told }: SubmissionPage): string {
  const { name, labels } = item
  const holds = verified.ok && covers
  const sentence = holds
    ? '回执是真的：签名对，编号和指纹也对。'
    : `回执对不上：${verified.ok ? '编号或指纹和收到的件不一样' : verified.fault}。请查这台总枢纽的密钥和数据库。`
  const faults = arrival.faults
    .map((fault) => faultInWords(fault, labels))
    .map(({ where, what }) => html`<dt>${where}</dt><dd>${what}</dd>`)
  return page(
    hubName,
    `${name} ${showTicket(arrival.ticket)}`,
    html`<h1>${name}，取件码 ${showTicket(arrival.ticket)}</h1>
<p>${arrival.terminalId} 的第 ${arrival.deviceSequence} 件，总枢纽第 ${arrival.hubSequence} 件。${stateMark(arrival)}</p>
<p class="${holds ? 'holds' : 'fails'}">${sentence}</p>
<div class="sheet"><dl>
<dt>编号</dt><dd><code>${arrival.submissionId}</code></dd>
<dt>指纹（SHA-256）</dt><dd><code>${arrival.sha256}</code></dd>
<dt>终端收件</dt><dd>${fullMoment(arrival.acceptedAt)}</dd>
<dt>总枢纽收到</dt><dd>${fullMoment(arrival.receivedAt)}</dd>
${helpers.length === 0 ? '' : html`<dt>帮办</dt><dd>${helpers.map(({ id, name, isWitness }) => `${name}（${id}）${isWitness === true ? '，当面核对了证件' : ''}`).join('，')}</dd>`}
</dl></div>
${faults.length === 0 ? '' : html`<h2>${arrival.state === '不予受理' ? '为什么不予受理' : '要补正的地方'}</h2><div class="sheet"><dl>${faults}</dl></div>`}
${told === undefined ? '' : html`<h2>告知本人</h2><div class="sheet"><dl><dt>${told.takenAt === null ? '还没有送出' : `${fullMoment(told.takenAt)} 已交出`}</dt><dd>${told.text}</dd></dl></div>`}
${verified.ok ? html`<h2>回执里写的</h2><div class="sheet">${receiptList(verified.receipt)}</div>` : ''}
<a href="/">回到全部的件</a>`,
  )
}

function receiptList(receipt: Extract<ReceiptResult, { ok: true }>['receipt']): Html {
  const items = receipt.items.map(
    (item) => html`<dt>编号</dt><dd><code>${item.submissionId}</code></dd>
<dt>指纹</dt><dd><code>${item.sha256}</code></dd>
<dt>终端序号，总枢纽序号</dt><dd>${item.deviceSequence}，${item.hubSequence}</dd>`,
  )
  return html`<dl>
<dt>终端</dt><dd>${receipt.terminalId}</dd>
<dt>收到</dt><dd>${receipt.receivedAt}</dd>
<dt>总枢纽世代</dt><dd><code>${receipt.hubEpoch}</code></dd>
<dt>上一张回执的指纹</dt><dd><code>${receipt.previousReceiptSha256 ?? '这是第一张'}</code></dd>
${items}</dl>`
}

/** A page that says one sentence. */
export function sentencePage(hubName: string, sentence: string): string {
  return page(hubName, sentence, html`<h1>${sentence}</h1><a href="/">回到全部的件</a>`)
}

/** A whole page around its content. */
export function page(hubName: string, title: string, content: Html): string {
  return html`<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8"><title>${title} · ${hubName}</title>
<meta name="viewport" content="width=device-width"><style>${styleHtml}</style></head>
<body><header><b>便民</b>总枢纽　${hubName}</header><main>${content}</main></body></html>
`.text
}

function stateMark(arrival: Arrival): Html {
  return html`<span class="${STATE_CLASS[arrival.state]}">${arrival.state}</span>`
}

function moment(iso: string, today: string): string {
  const date = chinaDate(iso)
  return date === today ? chinaTime(iso) : `${date} ${chinaTime(iso)}`
}

/** Date and time in China. */
export function fullMoment(iso: string): string {
  return `${chinaDate(iso)} ${chinaTime(iso)}`
}
