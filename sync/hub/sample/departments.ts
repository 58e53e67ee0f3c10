import type { ServiceItem } from '../../protocol/service-item.ts'

/** Departments of the sample place, with the made-up social credit codes of domain.md section 5. */
export const humanResources: ServiceItem['department'] = {
  name: { zh: '南桥区人力资源和社会保障局', en: 'Nanqiao Human Resources and Social Security Bureau' },
  uscc: '11990100MB9900021U',
}
export const healthcareSecurity: ServiceItem['department'] = {
  name: { zh: '南桥区医疗保障局', en: 'Nanqiao Healthcare Security Bureau' },
  uscc: '11990100MB990003XK',
}

/**
 * Implementation code, 31 characters (domain.md section 2.4): department, level 4 (county), region 99, type 20 (public
 * service), main and sub number.
 */
export function itemCode(department: ServiceItem['department'], main: string): string {
  return `${department.uscc}49920${main}001`
}
