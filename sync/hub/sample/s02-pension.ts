import { type ServiceItem, ServiceItemSchema } from '../../protocol/service-item.ts'
import {
  afterwards,
  cardToBring,
  consent,
  familyRelations,
  keptOffline,
  officialRelation,
  option,
  phoneField,
  text,
} from './common.ts'
import { humanResources, itemCode } from './departments.ts'

/** S02 领取社会保险待遇资格认证: once a year, most often by old people; one question a page. */
export const s02Pension: ServiceItem = ServiceItemSchema.parse({
  id: 'S02',
  version: 3,
  needsForms: 4,
  code: itemCode(humanResources, '14002'),
  name: text('领取养老金资格认证', 'Pension eligibility check'),
  use: text('刷身份证，约2分钟', 'With your ID card, about 2 minutes'),
  seal: '保',
  topic: text('社会保险', 'Social insurance'),
  searchWords: ['养老金没到账', '退休金', '年审', '人脸认证', '养老认证', '生存认证', '社保认证', '养老金停发'],
  department: humanResources,
  days: { legal: 0, promised: 0 },
  minutes: 2,
  crossProvince: true,
  offlinePolicy: 'A',
  offline: keptOffline,
  assurance: 2,
  needs: ['id-card-reader', 'receipt-printer'],
  bring: [cardToBring],
  notice: text(
    '一年认证一次就行。住在外省的，在这里也能认证。',
    'Once a year is enough. People from other provinces can do it here.',
  ),
  proxy: {
    allowed: true,
    who: text('家里人陪着来，或者村里的干部代办', 'Family beside the pensioner, or a village official'),
    authorities: ['principal-present', 'standing-binding'],
    relations: [...familyRelations, officialRelation],
  },
  pages: [
    {
      id: 'pension',
      question: text('您现在领的是\n哪一种养老金？', 'Which pension do you receive?'),
      fields: ['pensionType'],
    },
    {
      id: 'living',
      question: text('您现在住在哪里？', 'Where do you live now?'),
      hint: text('选到区或县', 'Down to the district or county'),
      fields: ['livingPlace'],
    },
    {
      id: 'contact',
      question: text('有事打哪个手机\n找得到您？', 'Which mobile number reaches you?'),
      hint: text('儿女的也可以', 'Your child’s is fine too'),
      fields: ['phone'],
    },
  ],
  fields: [
    {
      id: 'pensionType',
      type: 'choice',
      label: text('哪种养老金', 'Kind of pension'),
      term: text('养老保险待遇类别', 'Category of pension benefit'),
      options: [
        option('enterprise', '企业退休金', 'Company pension', ['在工厂、公司上班退的休', 'Retired from a company']),
        option('public', '机关事业单位退休金', 'Public service pension', [
          '在机关、学校、医院退的休',
          'Retired from an office, school or hospital',
        ]),
        option('resident', '城乡居民养老金', 'Residents’ pension', [
          '没有单位，按月领的',
          'Monthly, without an employer',
        ]),
        option('unsure', '我说不清', 'I am not sure', ['先交上去，人社部门帮您查', 'Hand it in, the bureau will look']),
      ],
    },
    {
      id: 'livingPlace',
      type: 'division',
      label: text('现在住在', 'Living in'),
      term: text('居住地行政区划', 'Division of residence'),
      level: 'county',
      startsFrom: 'card-division',
    },
    phoneField,
  ],
  consent: consent(
    ['核对您能不能接着领养老金', 'To check that your pension goes on'],
    ['身份证信息、住在哪、手机号', 'Your card’s data, where you live, mobile number'],
    ['南桥区人社局', 'Nanqiao Human Resources Bureau'],
    ['认证以后3年', '3 years after the check'],
  ),
  signature: false,
  result: { name: text('认证回执', 'Receipt of the check'), ways: ['here', 'message'] },
  after: [
    ...afterwards(
      ['人社部门', 'The bureau'],
      ['送到就核对，对上了养老金照常发', 'Checked on arrival; the pension goes on'],
      ['对不上的，按您填的手机号联系您', 'If something differs, they call your mobile'],
    ),
  ],
})
