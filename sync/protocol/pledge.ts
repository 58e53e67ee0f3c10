import type { Answers } from './answers.ts'
import type { LocalText } from './local-text.ts'
import { type MaterialsGiven, materialsWanted, wayOf } from './materials.ts'
import type { ServiceItem } from './service-item.ts'

/**
 * What the citizen signs: for each paper that the pledge stands for, that she does not hand it in; then the item's own
 * words. A paper that was scanned is not spoken of. Undefined when the item has no pledge. Screen, terminal and hub
 * make the same words of the same submission. A language in which one of the parts is missing is left out.
 */
export function pledgeWords(
  item: Pick<ServiceItem, 'materials' | 'pledge'>,
  answers: Answers,
  given: Readonly<MaterialsGiven>,
  pages: readonly { readonly materialId: string }[],
): LocalText | undefined {
  if (item.pledge === undefined) return undefined
  const pledged = materialsWanted(item, answers).filter((material) => wayOf(material, given, pages) === 'pledge')
  const parts = [...pledged.flatMap(({ notHandedIn }) => notHandedIn ?? []), item.pledge.text]
  const inAll = (language: Exclude<keyof LocalText, 'zh'>) => {
    const words = parts.flatMap((part) => part[language] ?? [])
    return words.length === parts.length ? { [language]: words.join(' ') } : {}
  }
  return { zh: parts.map(({ zh }) => zh).join(''), ...inAll('en'), ...inAll('ug'), ...inAll('bo') }
}
