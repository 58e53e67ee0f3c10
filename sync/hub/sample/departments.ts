import type { ServiceItem } from '../../protocol/service-item.ts'

type Department = ServiceItem['department']

/** Departments of the sample place, with the made-up social credit codes of domain.md section 5. */
const department = (zh: string, en: string, uscc: string): Department => ({ name: { zh, en }, uscc })

export const publicSecurity = department('云洲市公安局南桥分局', 'Nanqiao Public Security Bureau', '11990100MB99000131')
export const humanResources = department(
  '南桥区人力资源和社会保障局',
  'Nanqiao Human Resources and Social Security Bureau',
  '11990100MB9900021U',
)
export const healthcareSecurity = department(
  '南桥区医疗保障局',
  'Nanqiao Healthcare Security Bureau',
  '11990100MB990003XK',
)
export const housingFund = department('云洲市住房公积金管理中心', 'Yunzhou Housing Fund Centre', '12990100MB9900048G')
export const marketRegulation = department(
  '南桥区市场监督管理局',
  'Nanqiao Market Regulation Bureau',
  '11990100MB9900056E',
)
export const realEstate = department('云洲市不动产登记中心', 'Yunzhou Real Estate Registry', '11990100MB99000649')
export const civilAffairs = department('南桥区民政局', 'Nanqiao Civil Affairs Bureau', '11990100MB99000724')
export const health = department('南桥区卫生健康局', 'Nanqiao Health Bureau', '11990100MB9900080Y')

/**
 * Implementation code, 31 characters (domain.md section 2.4): department, level 4 (county), region 99, type, main and sub
 * number. Types: 01 permit, 05 payment, 20 public service.
 */
export function itemCode({ uscc }: Department, main: string, type: '01' | '05' | '20' = '20'): string {
  return `${uscc}499${type}${main}001`
}

/** Type code of a made-up e-licence, 21 characters: the department that lays it down, and a number. */
export function licenceType({ uscc }: Department, number: string): string {
  return `${uscc}${number}`
}
