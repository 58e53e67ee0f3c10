import type { ReceiptDocument } from '../drivers/receipt-printer/document.ts'
import { maskName } from '../sync/protocol/mask-name.ts'
import { showTicket } from '../sync/protocol/ticket.ts'
import type { ReceiptFacts } from './receipt-paper.ts'

/** What was asked for; unknown after a restart, when nobody remembers. */
type What = 'make' | 'withdraw' | undefined

const TITLES = { make: '绑定家人回执', withdraw: '解除绑定回执' } as const
const NEXT = {
  make: '总枢纽核对以后生效。本人随时可以在任何一台自助终端刷身份证，到“我的办件”里解除。',
  withdraw: '送到总枢纽以后不能再凭这项绑定办事。要恢复，两位带身份证再绑一次。',
} as const

/** The receipt of a binding that was made or ended: who, when, by which ticket, and how to end it. No ID number. */
export function bindingPaper(facts: Omit<ReceiptFacts, 'item'>, what: What): ReceiptDocument {
  const row = (label: string, value: string) => ({ type: 'row' as const, label, value })
  return {
    blocks: [
      { type: 'title', text: what === undefined ? '亲情绑定回执' : TITLES[what] },
      ...(facts.delivered
        ? []
        : [{ type: 'text' as const, text: '已收件，未生效', bold: true, align: 'centre' as const }]),
      { type: 'rule' },
      { type: 'text', text: '取件码' },
      { type: 'code', code: showTicket(facts.ticket) },
      row('收件时间', facts.acceptedAt),
      ...(facts.name === null ? [] : [row('本人', maskName(facts.name))]),
      ...(facts.agentName == null ? [] : [row('家人', maskName(facts.agentName))]),
      { type: 'rule' },
      ...(facts.qr === null ? [] : [{ type: 'qr' as const, data: facts.qr }]),
      {
        type: 'text',
        text: facts.delivered
          ? '已经送达。请留好取件码。'
          : '内容已加密存在这台机器里，断电也不丢；连上网自动送出。请留好取件码。',
      },
      ...(what === undefined ? [] : [{ type: 'text' as const, text: NEXT[what] }]),
      ...(facts.telephone === null ? [] : [row('大厅电话', facts.telephone)]),
      row('机器', `${facts.hall} ${facts.terminalId}`),
      { type: 'feed', heightMm: 6 },
      { type: 'cut' },
    ],
  }
}
