import {
  type FieldOf,
  type LocalText,
  type ServiceItem,
  type ServiceItemInput,
  ServiceItemSchema,
} from '../../protocol/service-item.ts'

/** What many sample items share. */

export const text = (zh: string, en: string): LocalText & { readonly en: string } => ({ zh, en })

type Choice = ServiceItemInput['fields'][number] & { type: 'choice' }
type Options = Choice['options']

/** value, zh, en, and a line of explanation in both. */
export const option = (value: string, zh: string, en: string, note?: readonly [string, string]): Options[number] => ({
  value,
  label: text(zh, en),
  ...(note === undefined ? {} : { note: text(...note) }),
})

export const cardToBring: ServiceItem['bring'][number] = {
  sign: 'card',
  what: text('居民身份证，就这一张', 'Your identity card, nothing else'),
  note: text('姓名、住址从卡里读，不用您填', 'Name and address come from the card'),
}

export const paperToBring = (zh: string, en: string, noteZh: string, noteEn: string): ServiceItem['bring'][number] => ({
  sign: 'paper',
  what: text(zh, en),
  note: text(noteZh, noteEn),
})

export const phoneField: FieldOf<'phone'> = {
  id: 'phone',
  type: 'phone',
  label: text('手机号', 'Mobile number'),
  term: text('联系电话', 'Contact number'),
  question: text('有事打哪个手机\n找得到您？', 'Which mobile number reaches you?'),
  hint: text('儿女的也可以', 'Your child’s is fine too'),
  required: true,
}

export const bankCardField = (zh: string, en: string): FieldOf<'bank-card'> => ({
  id: 'bankCard',
  type: 'bank-card',
  label: text(zh, en),
  term: text('银行账号', 'Bank account'),
  question: text('钱打到哪张卡上？', 'Which card should the money go to?'),
  hint: text('看卡正面的长号码', 'The long number on the front of the card'),
  required: true,
  sensitive: true,
})

/** The three steps after handing in: ours, the department's, the result. */
export function afterwards(
  who: readonly [zh: string, en: string],
  work: readonly [zh: string, en: string],
  result: readonly [zh: string, en: string],
): ServiceItem['after'] {
  return [
    { what: text('已收件', 'Taken in'), note: text('您不用再来', 'You need not come again') },
    { what: text(`${who[0]}审核`, `${who[1]} looks at it`), note: text(...work) },
    { what: text(`${who[0]}告诉您结果`, `${who[1]} tells you the result`), note: text(...result) },
  ]
}

export const toldByPhone: readonly [string, string] = [
  '要补材料的，按您填的手机号联系您',
  'If a paper is missing, they call your mobile',
]

export const pledge = (zh: string, en: string): NonNullable<ServiceItem['pledge']> => ({
  title: text('承诺书', 'Pledge'),
  text: text(zh, en),
})

/** Offline, policy A. */
export const keptOffline = { text: text('网断了也能交，连上就送出', 'You can hand in offline; it is sent later') }
/** Offline, policy B. */
export const keptForResult = {
  text: text('网断了先收件，结果要连上网再核', 'Taken in offline; the result needs the network'),
}
/** Offline, policy C. */
export const onlineOnly = {
  text: text('要连着网才能办，先给您打办事指南', 'Needs the network; a guide can be printed now'),
}

type Relations = Extract<NonNullable<ServiceItem['proxy']>, { allowed: true }>['relations']
export const familyRelations: Relations = [
  { value: 'child', label: text('我是儿女', 'I am a child') },
  { value: 'spouse', label: text('我是爱人', 'I am the spouse') },
  { value: 'parent', label: text('我是父母', 'I am a parent') },
  { value: 'guardian', label: text('我是监护人', 'I am the guardian') },
]
export const officialRelation: Relations[number] = {
  value: 'official',
  label: text('我是村里、社区的干部', 'I am from the village or community office'),
}
export const otherRelation: Relations[number] = { value: 'other', label: text('别的关系', 'Somebody else') }

type Paper = NonNullable<Extract<NonNullable<ServiceItem['proxy']>, { allowed: true }>['paper']>
/** 委托书: wanted when the agent comes with it. */
export const authorityPaper: Paper = {
  id: 'authorityLetter',
  name: text('委托书', 'Letter of authority'),
  note: text('本人签过名的', 'Signed by the person you act for'),
  maxPages: 2,
}

export const noProxy = (zh: string, en: string): NonNullable<ServiceItem['proxy']> => ({
  allowed: false,
  sentence: text(zh, en),
})

type Consent = NonNullable<ServiceItem['consent']>
type InBoth = readonly [zh: string, en: string]
/** What for, which data, who gets it, how long it is kept. */
export function consent(purpose: InBoth, fields: InBoth, receiver: InBoth, keeping: InBoth): Consent {
  return {
    purpose: text(...purpose),
    fields: text(...fields),
    receiver: text(...receiver),
    keeping: text(...keeping),
  }
}

type Given = Omit<ServiceItemInput, 'version' | 'needsForms' | 'needs'> & { needs?: ServiceItemInput['needs'] }

/** An item of today's forms, in the version that they came with, that needs a card reader and a receipt printer unless it says more. */
export function sampleItem(given: Given): ServiceItem {
  return ServiceItemSchema.parse({ version: 2, needsForms: 4, needs: ['id-card-reader', 'receipt-printer'], ...given })
}
