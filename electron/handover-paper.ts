import type { ReceiptDocument } from '../drivers/receipt-printer/document.ts'
import type { HandoverDraft } from '../sync/protocol/handover.ts'
import type { Catalogue } from '../sync/protocol/service-item.ts'
import type { Settings } from './settings.ts'

/** What stands on the slip: whoever finds it learns which service it was, and nothing of anybody. */
export interface SlipFacts {
  /** Null: the catalogue has it no more. */
  readonly itemName: string | null
  /** Local wall clock, already in words. */
  readonly until: string
  readonly qr: string
  /** The item asks for papers, or some were scanned. */
  readonly hasPapers: boolean
  /** In larger type. */
  readonly isElder: boolean
  readonly terminalId: string
  readonly hall: string
  readonly telephone: string | null
}

/** What a slip says beside its code, from what this terminal knows. */
export function slipAbout(
  { item, pagesLeftBehind }: Pick<HandoverDraft, 'item' | 'pagesLeftBehind'>,
  catalogue: Catalogue | null,
  { hall, staff }: Pick<Settings, 'hall' | 'staff'>,
  terminalId: string,
): Omit<SlipFacts, 'until' | 'qr' | 'isElder'> {
  const found = catalogue?.items.find(({ id }) => id === item.id)
  return {
    itemName: found?.name.zh ?? null,
    hasPapers: pagesLeftBehind > 0 || (found?.materials?.length ?? 0) > 0,
    ...{ terminalId, hall: hall.zh, telephone: staff.telephone },
  }
}

export function handoverPaper(facts: SlipFacts): ReceiptDocument {
  const size = facts.isElder ? ('tall' as const) : ('normal' as const)
  const line = (text: string) => ({ type: 'text' as const, text, size })
  return {
    blocks: [
      { type: 'title', text: '没填完的表' },
      { type: 'text', text: '还没有交，这不是回执', bold: true, align: 'centre', size },
      { type: 'rule' },
      ...(facts.itemName === null
        ? []
        : [{ type: 'text' as const, text: facts.itemName, bold: true, size: 'double' as const }]),
      line(`留到 ${facts.until}`),
      { type: 'rule' },
      { type: 'qr', data: facts.qr },
      line('接着填：带上这张单子和今天用的身份证，到有扫码口的便民自助机，把上面的码给机器扫，再放身份证。'),
      line('也可以拿到窗口，请工作人员打开。'),
      ...(facts.hasPapers ? [line('扫描过的材料没有留下，请把原件带来，再扫一次。')] : []),
      line('打开一次就作废。身份证放错五次，或者过了时间，填的内容就清掉，要重新填。'),
      ...(facts.telephone === null ? [] : [{ type: 'row' as const, label: '大厅电话', value: facts.telephone }]),
      { type: 'row', label: '机器', value: `${facts.hall} ${facts.terminalId}` },
      { type: 'feed', heightMm: 6 },
      { type: 'cut' },
    ],
  }
}
