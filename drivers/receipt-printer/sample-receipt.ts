import type { ReceiptDocument } from './document.ts'

/** A receipt with every kind of block, for the test print and the tests: order and words after look.md 4.6. Invented data. */
export const SAMPLE_RECEIPT: ReceiptDocument = {
  blocks: [
    { type: 'title', text: '收件回执' },
    { type: 'text', text: '已收件，未受理', align: 'centre', bold: true, size: 'tall' },
    { type: 'feed', heightMm: 2 },
    { type: 'row', label: '事项', value: '失业登记' },
    { type: 'row', label: '姓名', value: '周＊远' },
    { type: 'text', text: '取件码', align: 'centre' },
    { type: 'code', code: 'A3KD7MPX' },
    { type: 'qr', data: 'https://hub.example.invalid/r/0198c1d0-5a7b-7c3e-9f10-2b64d8a1e573?k=Zm9vYmFyYmF6cXV4MTIz' },
    { type: 'row', label: '收到时间', value: '2026年7月1日 10:48' },
    { type: 'row', label: '最晚办结', value: '2026年7月15日' },
    { type: 'rule' },
    {
      type: 'text',
      text: '件已经收在机器里，断电也不丢。网络通了就送出去，您不用再来。想知道办到哪一步，请用这个取件码在机器上查，或打大厅电话。',
    },
    { type: 'rule' },
    { type: 'row', label: '大厅电话', value: '000-0000000' },
    { type: 'row', label: '机器编号', value: 'DEMO-01' },
    { type: 'feed', heightMm: 3 },
    { type: 'cut' },
  ],
}
