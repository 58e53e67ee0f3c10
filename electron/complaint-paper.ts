import type { ReceiptDocument } from '../drivers/receipt-printer/document.ts'
import { showTicket } from '../sync/protocol/ticket.ts'
import type { ReceiptFacts } from './receipt-paper.ts'

/**
 * The receipt of a complaint: its number, and nothing of what was said or of who said it. Whoever finds the paper learns
 * that somebody complained.
 */
export function complaintPaper(facts: Omit<ReceiptFacts, 'item' | 'name'>): ReceiptDocument {
  return {
    blocks: [
      { type: 'title', text: '投诉建议回执' },
      ...(facts.delivered
        ? []
        : [{ type: 'text' as const, text: '已收件，未受理', bold: true, align: 'centre' as const }]),
      { type: 'rule' },
      { type: 'text', text: '取件码' },
      { type: 'code', code: showTicket(facts.ticket) },
      { type: 'row', label: '收件时间', value: facts.acceptedAt },
      { type: 'rule' },
      ...(facts.qr === null ? [] : [{ type: 'qr' as const, data: facts.qr }]),
      {
        type: 'text',
        text: facts.delivered
          ? '已经送达。请留好取件码，问办理情况时用。'
          : '内容已加密存在这台机器里，断电也不丢；连上网自动送出。请留好取件码，问办理情况时用。',
      },
      { type: 'text', text: '纸上不写您说的话，也不写您是谁。' },
      ...(facts.telephone === null ? [] : [{ type: 'row' as const, label: '大厅电话', value: facts.telephone }]),
      { type: 'row', label: '机器', value: `${facts.hall} ${facts.terminalId}` },
      { type: 'feed', heightMm: 6 },
      { type: 'cut' },
    ],
  }
}
