import type { ConditionName, DeviceClass, Severity } from '../drivers/condition/states.ts'
import type { Readiness, ReadinessRow } from '../drivers/host/readiness.ts'
import type { ReceiptBlock, ReceiptDocument } from '../drivers/receipt-printer/document.ts'

/** As people of the hall say it. */
export const DEVICE_NAMES: Readonly<Record<DeviceClass, string>> = {
  'id-card-reader': '身份证阅读器',
  'smart-card': '社保卡读卡器',
  'code-scanner': '扫码器',
  'receipt-printer': '回执打印机',
  'document-printer': 'A4 打印机',
  'document-scanner': '扫描仪',
  'signature-pad': '签名板',
  camera: '摄像头',
  'line-board': '信号板',
}

/** What is so, and what to do about it. */
export const CONDITION_WORDS: Readonly<Record<ConditionName, string>> = {
  'not-configured': '设置里没有写它',
  'bad-address': '设置里的地址写错了，请改地址',
  'not-reachable': '找不到它，请看电源和线',
  'not-responding': '它不回应，请关一下再开',
  'software-error': '驱动认不出它，请看型号',
  'hardware-error': '它说自己坏了，要修或换',
  'power-lost': '停电了，正用后备电源',
  'media-jammed': '卡纸了，请把纸取出来',
  'cover-open': '盖子开着，请合上',
  'media-empty': '没有纸了，请装纸',
  'media-full': '出纸口满了，请取走',
  'media-misplaced': '纸没放好，请重放',
  overheated: '太热了，凉一会儿自己会好',
  'media-low': '纸快用完了，请备一卷',
  connecting: '正在连',
  busy: '正在用',
  ready: '正常',
}

const SIGNS: Readonly<Record<Severity, string>> = { normal: '√', warning: '！', alarm: '×' }

export interface ReadinessFacts {
  readonly readiness: Readiness
  readonly terminalId: string
  readonly hall: string
  readonly version: string
  /** Local wall clock, already in words. */
  readonly at: string
}

/** The printed readiness report: what the maintenance page shows, for the hall's folder. */
export function readinessPaper({ readiness, terminalId, hall, version, at }: ReadinessFacts): ReceiptDocument {
  const { rows, missing } = readiness
  return {
    blocks: [
      { type: 'title', text: '设备检查单' },
      { type: 'text', text: headline(readiness), bold: true, align: 'centre' },
      { type: 'rule' },
      ...rows.flatMap(rowBlocks),
      { type: 'rule' },
      ...(missing.length === 0 ? [] : [{ type: 'text' as const, text: '请处理后再打一张，两张一起存。' }]),
      { type: 'row', label: '时间', value: at },
      { type: 'row', label: '机器', value: `${hall} ${terminalId}` },
      { type: 'row', label: '版本', value: version },
      { type: 'row', label: '检查人', value: '\n' },
      { type: 'feed', heightMm: 6 },
      { type: 'cut' },
    ],
  }
}

function headline({ rows, missing }: Readiness): string {
  if (rows.length === 0) return '设置里没有写设备'
  if (missing.length === 0) return '每样设备都能用'
  return `不能用：${missing.map((device) => DEVICE_NAMES[device]).join('、')}`
}

function rowBlocks({ device, url, condition, used }: ReadinessRow): readonly ReceiptBlock[] {
  const sign = SIGNS[condition.severity]
  return [
    { type: 'text', text: `${sign} ${DEVICE_NAMES[device]}${used ? '' : '（备用）'}`, bold: true },
    { type: 'text', text: `　${CONDITION_WORDS[condition.condition]}` },
    { type: 'text', text: `　${url}` },
  ]
}
