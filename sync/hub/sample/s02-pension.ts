import type { ServiceItem } from '../../protocol/service-item.ts'
import { humanResources, itemCode } from './departments.ts'

/** S02 领取社会保险待遇资格认证: once a year, most often by old people; one question a page. */
export const s02Pension: ServiceItem = {
  id: 'S02',
  version: 1,
  code: itemCode(humanResources, '14002'),
  name: { zh: '领取养老金资格认证', en: 'Pension eligibility check' },
  use: { zh: '刷身份证，约2分钟', en: 'With your ID card, about 2 minutes' },
  seal: '保',
  topic: { zh: '社会保险', en: 'Social insurance' },
  department: humanResources,
  days: { legal: 0, promised: 0 },
  minutes: 2,
  crossProvince: true,
  offlinePolicy: 'A',
  needs: ['id-card-reader', 'receipt-printer'],
  bring: [{ sign: 'card', what: { zh: '居民身份证，就这一张' }, note: { zh: '姓名、住址从卡里读，不用您填' } }],
  notice: { zh: '一年认证一次就行。住在外省的，在这里也能认证。' },
  pages: [
    { id: 'pension', question: { zh: '您现在领的是\n哪一种养老金？' }, fields: ['pensionType'] },
    { id: 'living', question: { zh: '您现在住在哪里？' }, hint: { zh: '选到区或县' }, fields: ['livingPlace'] },
    { id: 'contact', question: { zh: '有事打哪个手机\n找得到您？' }, hint: { zh: '儿女的也可以' }, fields: ['phone'] },
  ],
  fields: [
    {
      id: 'pensionType',
      type: 'choice',
      label: { zh: '哪种养老金' },
      term: { zh: '养老保险待遇类别' },
      required: true,
      options: [
        { value: 'enterprise', label: { zh: '企业退休金' }, note: { zh: '在工厂、公司上班退的休' } },
        { value: 'public', label: { zh: '机关事业单位退休金' }, note: { zh: '在机关、学校、医院退的休' } },
        { value: 'resident', label: { zh: '城乡居民养老金' }, note: { zh: '没有单位，按月领的' } },
        { value: 'unsure', label: { zh: '我说不清' }, note: { zh: '先交上去，人社部门帮您查' } },
      ],
    },
    {
      id: 'livingPlace',
      type: 'division',
      label: { zh: '现在住在' },
      term: { zh: '居住地行政区划' },
      required: true,
      level: 'county',
      startsFrom: 'card-division',
    },
    { id: 'phone', type: 'phone', label: { zh: '手机号' }, term: { zh: '联系电话' }, required: true },
  ],
  signature: false,
  after: [
    { what: { zh: '已收件' }, note: { zh: '您不用再来' } },
    { what: { zh: '人社部门核对' }, note: { zh: '送到就核对，对上了养老金照常发' } },
    { what: { zh: '人社部门告诉您结果' }, note: { zh: '对不上的，按您填的手机号联系您' } },
  ],
}
