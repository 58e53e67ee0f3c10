import { afterwards, cardToBring, keptForResult, noProxy, phoneField, sampleItem, text, toldByPhone } from './common.ts'
import { housingFund, itemCode } from './departments.ts'

/** S06 住房公积金异地转移接续. */
export const s06FundTransfer = sampleItem({
  id: 'S06',
  code: itemCode(housingFund, '16002'),
  name: text('住房公积金异地转移', 'Housing fund: transfer to another place'),
  use: text('换了城市工作，把公积金转过来', 'Working elsewhere: move the fund along'),
  seal: '房',
  topic: text('住房', 'Housing'),
  searchWords: ['公积金转移', '公积金异地', '换城市', '公积金合并', '转公积金', '跨省公积金'],
  department: housingFund,
  days: { legal: 10, promised: 7 },
  minutes: 3,
  crossProvince: true,
  offlinePolicy: 'B',
  offline: keptForResult,
  assurance: 3,
  bring: [cardToBring],
  notice: text('转过去以后，原来的账户就没有了。', 'The old account is closed after the transfer.'),
  proxy: noProxy('账户只能本人来转。', 'Only the owner can transfer the account.'),
  pages: [
    {
      id: 'centres',
      question: text('从哪里转到哪里？', 'From where to where?'),
      hint: text('选到市', 'Down to the city'),
      fields: ['fromCentre', 'toCentre'],
    },
    { id: 'account', question: text('原来的账号是多少？', 'What was the old account?'), fields: ['account', 'phone'] },
  ],
  fields: [
    {
      id: 'fromCentre',
      type: 'division',
      label: text('从哪里转', 'From'),
      term: text('转出地公积金中心', 'Centre that gives the account'),
      question: text('公积金现在在哪里？', 'Where is the fund now?'),
      level: 'prefecture',
    },
    {
      id: 'toCentre',
      type: 'division',
      label: text('转到哪里', 'To'),
      term: text('转入地公积金中心', 'Centre that takes the account'),
      question: text('要转到哪里？', 'Where should it go?'),
      level: 'prefecture',
      startsFrom: 'card-division',
    },
    {
      id: 'account',
      type: 'code',
      validator: 'account',
      label: text('原来的账号', 'Old account'),
      term: text('转出地个人公积金账号', 'Account at the giving centre'),
      question: text('原来的公积金账号\n是多少？', 'What was the old account?'),
      sensitive: true,
    },
    phoneField,
  ],
  rules: [
    {
      id: 'twoCentres',
      kind: 'differ',
      from: 'fromCentre',
      field: 'toCentre',
      sentence: text('两个地方选成一样的了。请改一个。', 'Both places are the same. Please change one.'),
    },
  ],
  signature: true,
  result: { name: text('转移受理单', 'Slip of acceptance'), ways: ['electronic', 'message'] },
  after: afterwards(
    ['公积金中心', 'The centre'],
    ['7个工作日，两地中心自己联系', '7 working days; the centres talk to each other'],
    toldByPhone,
  ),
})
