import type { ReceiptDocument } from '../drivers/receipt-printer/document.ts'
import { maskName } from '../sync/protocol/mask-name.ts'
import type { ServiceItem } from '../sync/protocol/service-item.ts'
import { showTicket } from '../sync/protocol/ticket.ts'

/** What stands on the paper (look.md section 4.6): no ID number, the name with its middle hidden. */
export interface ReceiptFacts {
  readonly item: ServiceItem
  /** Full name; null after a restart, when nobody is remembered. */
  readonly name: string | null
  /** Full name of who handed it in for somebody else. */
  readonly agentName?: string | null
  readonly ticket: string
  /** Local wall clock, already in words. */
  readonly acceptedAt: string
  /** True only when the hub's receipt is in the journal. */
  readonly delivered: boolean
  readonly qr: string | null
  readonly terminalId: string
  readonly hall: string
  readonly telephone: string | null
}

export function receiptPaper(facts: ReceiptFacts): ReceiptDocument {
  const { item } = facts
  const promised = item.days.promised === 0 ? '当场' : `${item.days.promised} 个工作日`
  return {
    blocks: [
      { type: 'title', text: '业务申报回执' },
      ...(facts.delivered
        ? []
        : [{ type: 'text' as const, text: '已收件，未受理', bold: true, align: 'centre' as const }]),
      { type: 'rule' },
      { type: 'text', text: item.name.zh, bold: true, size: 'double' },
      ...(facts.name === null ? [] : [{ type: 'row' as const, label: '申请人', value: maskName(facts.name) }]),
      ...(facts.agentName == null ? [] : [{ type: 'row' as const, label: '代办人', value: maskName(facts.agentName) }]),
      { type: 'text', text: '取件码' },
      { type: 'code', code: showTicket(facts.ticket) },
      { type: 'row', label: '收件时间', value: facts.acceptedAt },
      { type: 'row', label: '办理时限', value: `受理后 ${promised}` },
      { type: 'rule' },
      ...(facts.qr === null ? [] : [{ type: 'qr' as const, data: facts.qr }]),
      {
        type: 'text',
        text: facts.delivered
          ? '已经送达受理部门。请留好取件码，问办理情况时用。'
          : '件已加密存在这台机器里，断电也不丢；连上网自动送出。请留好取件码，问办理情况时用。',
      },
      { type: 'row', label: '受理部门', value: item.department.name.zh },
      ...(facts.telephone === null ? [] : [{ type: 'row' as const, label: '大厅电话', value: facts.telephone }]),
      { type: 'row', label: '机器', value: `${facts.hall} ${facts.terminalId}` },
      { type: 'feed', heightMm: 6 },
      { type: 'cut' },
    ],
  }
}
