import type { Searchable } from '../../renderer/sync-worker/search/search.ts'
import { type Chance, chanceFrom } from '../faults/random.ts'

/**
 * As many service items as a nation has, composed from the words that such names are made of, the same for the same
 * seed; and questions about them as people type them.
 */
const WHOM = [
  '个人',
  '企业',
  '个体工商户',
  '农民专业合作社',
  '社会团体',
  '民办非企业单位',
  '城乡居民',
  '灵活就业人员',
  '退休人员',
  '残疾人',
  '老年人',
  '新生儿',
  '未成年人',
  '军人',
  '退役军人',
  '高校毕业生',
  '外国人',
  '港澳居民',
  '台湾居民',
  '农村五保户',
  '低收入家庭',
  '机动车',
  '非机动车',
  '渔业船舶',
  '建设工程',
  '建筑施工企业',
  '医疗机构',
  '药品经营企业',
  '食品生产企业',
  '餐饮服务单位',
  '道路运输企业',
  '旅行社',
  '民办学校',
  '幼儿园',
  '宗教活动场所',
  '印刷企业',
  '出版单位',
  '危险化学品企业',
] as const
const WHAT = [
  '基本养老保险',
  '基本医疗保险',
  '失业保险',
  '工伤保险',
  '生育保险',
  '住房公积金',
  '社会保险待遇',
  '高龄津贴',
  '困难残疾人生活补贴',
  '重度残疾人护理补贴',
  '最低生活保障',
  '临时救助',
  '医疗救助',
  '营业执照',
  '食品经营许可',
  '卫生许可',
  '消防安全',
  '排污许可',
  '取水许可',
  '林木采伐许可',
  '不动产权',
  '土地使用权',
  '房屋租赁',
  '户口',
  '居民身份证',
  '居住证',
  '出入境证件',
  '机动车驾驶证',
  '道路运输经营许可',
  '从业资格',
  '特种设备使用',
  '安全生产许可',
  '建筑业企业资质',
  '施工许可',
  '竣工验收',
  '人防工程',
  '城市道路占用',
  '户外广告设置',
  '烟草专卖零售',
  '药品经营许可',
  '医疗器械经营',
  '医师执业',
  '护士执业',
  '教师资格',
  '办学许可',
  '社会团体名称',
  '婚姻',
  '收养',
  '殡葬',
  '档案',
  '职称',
  '就业援助',
  '创业担保贷款',
  '一次性创业补贴',
  '职业培训补贴',
  '种子生产经营',
  '兽药经营',
  '动物防疫条件',
  '植物检疫',
  '水产苗种',
  '渔业捕捞',
  '印刷经营',
  '出版物零售',
  '营业性演出',
  '文物保护',
  '体育场馆',
  '计量器具',
] as const
const HOW = [
  '登记',
  '变更登记',
  '注销登记',
  '设立登记',
  '备案',
  '变更备案',
  '核准',
  '审批',
  '延续',
  '补证',
  '换证',
  '年检',
  '查询',
  '证明开具',
  '资格认证',
  '资格认定',
  '关系转移接续',
  '待遇申领',
  '待遇核定',
  '费用报销',
  '缴费',
  '退费',
  '提取',
  '贷款申请',
  '信息变更',
  '异地办理',
  '异地就医备案',
  '参保登记',
  '停保登记',
  '申领',
  '发放',
  '确认',
  '裁决',
  '奖励申报',
  '检验检测',
  '名称预先核准',
  '法定代表人变更',
] as const
const MODE = [
  '',
  '',
  '',
  '（首次）',
  '（跨省通办）',
  '（一件事）',
  '（县级权限）',
  '（市级权限）',
  '（委托下放）',
  '（简易程序）',
] as const
const USE = [
  '带身份证就能办',
  '约5分钟',
  '1个工作日出结果',
  '材料齐了当场办',
  '结果发短信',
  '先备案再报销',
  '网上核对以后发证',
] as const
const TOPIC = [
  '社会保险',
  '看病医保',
  '找工作',
  '住房公积金',
  '户籍身份',
  '新生儿',
  '开店经营',
  '养老助残',
  '企业资质',
  '交通出行',
] as const
const DEPARTMENT = [
  '人力资源和社会保障局',
  '医疗保障局',
  '公安局',
  '民政局',
  '市场监督管理局',
  '自然资源局',
  '卫生健康委员会',
  '教育局',
] as const
/** What people call the things that have an official name. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  基本养老保险: ['养老金没到账', '社保', '退休金'],
  基本医疗保险: ['医保', '看病报销'],
  失业保险: ['没工作了', '下岗'],
  住房公积金: ['买房', '租房取钱'],
  居民身份证: ['身份证丢了', '身份证过期'],
  机动车驾驶证: ['驾照', '驾照到期'],
  营业执照: ['开店', '办执照'],
  不动产权: ['房产证', '房子过户'],
  婚姻: ['结婚', '离婚'],
}

const USCC = '11990100MB9900021U'

export function makeItems(count: number, seed: number): Searchable[] {
  const chance = chanceFrom(seed)
  const names = new Set<string>()
  const items: Searchable[] = []
  while (items.length < count) {
    const what = chance.pick(WHAT)
    const name = `${chance.pick(WHOM)}${what}${chance.pick(HOW)}${chance.pick(MODE)}`
    // A name that came up before belongs to another level of the administration, as it does in the nation's list.
    const isNew = !names.has(name)
    names.add(name)
    const number = items.length
    items.push({
      id: `${String.fromCharCode(65 + (number % 26))}${String(number).padStart(5, '0')}`,
      code: `${USCC}${isNew ? 4 : 3}99${String(20 + (number % 8))}${String(number).padStart(8, '0')}`,
      name,
      use: chance.pick(USE),
      topic: chance.pick(TOPIC),
      department: chance.pick(DEPARTMENT),
      words: WORDS[what] ?? [],
    })
  }
  return items
}

/** How a question is made from an item; the share of each is the same. */
export const QUESTION_KINDS = [
  'name',
  'part',
  'word',
  'initials',
  'pinyin',
  'half-typed',
  'mixed',
  'slip',
  'wrong character',
  'sentence',
  'code',
  'nothing',
] as const
export type QuestionKind = (typeof QUESTION_KINDS)[number]

export interface Question {
  readonly kind: QuestionKind
  readonly text: string
  /** What the name, a word or the code of a right answer holds; null where many answers are right, or none. */
  readonly wanted: string | null
}

/** `spell`: the syllable of a character, or the character itself when it has none. */
export function makeQuestions(
  items: readonly Searchable[],
  count: number,
  seed: number,
  spell: (character: string) => string,
): Question[] {
  const chance = chanceFrom(seed)
  return Array.from({ length: count }, (_, index) => {
    const kind = QUESTION_KINDS[index % QUESTION_KINDS.length] ?? 'name'
    return { kind, ...questionOf(kind, chance.pick(items), chance, spell) }
  })
}

function questionOf(
  kind: QuestionKind,
  { name, code, words }: Searchable,
  chance: Chance,
  spell: (character: string) => string,
): Pick<Question, 'text' | 'wanted'> {
  const glyphs = [...name].filter((glyph) => /\p{Script=Han}/u.test(glyph))
  const from = chance.below(Math.max(1, glyphs.length - 4))
  const some = glyphs.slice(from, from + 2 + chance.below(5))
  const wanted = some.join('')
  const letters = some.map(spell).join('')
  switch (kind) {
    case 'name':
      return { text: name, wanted: name }
    case 'part':
      return { text: wanted, wanted }
    case 'word':
      return words?.[0] === undefined ? { text: wanted, wanted } : { text: words[0], wanted: words[0] }
    case 'initials':
      return { text: some.map((glyph) => spell(glyph)[0] ?? '').join(''), wanted: null }
    case 'pinyin':
      return { text: letters, wanted }
    case 'half-typed':
      return { text: letters.slice(0, 1 + chance.below(letters.length)), wanted: null }
    case 'mixed':
      return { text: some.map((glyph) => (chance.below(2) === 0 ? glyph : spell(glyph))).join(''), wanted }
    case 'slip': {
      const at = chance.below(Math.max(1, letters.length - 1))
      const slipped = `${letters.slice(0, at)}${letters[at + 1] ?? ''}${letters[at] ?? ''}${letters.slice(at + 2)}`
      return { text: slipped, wanted }
    }
    case 'wrong character': {
      const right = glyphs.slice(0, 8)
      return { text: right.with(chance.below(right.length), chance.pick(glyphs)).join(''), wanted: right.join('') }
    }
    case 'sentence':
      return { text: `我的${wanted}怎么还没有办好要到哪里去问`, wanted }
    case 'code': {
      const part = chance.below(2) === 0 ? code : code.slice(-8)
      return { text: part, wanted: part }
    }
    case 'nothing':
      return {
        text: chance.pick(['zzqqxx', '龘龘龘', '?!……', 'qwertyuiop', '阿', 's', 'aaaaaaaaaaaaaaaaaaaa']),
        wanted: null,
      }
  }
}
