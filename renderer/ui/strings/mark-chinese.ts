/**
 * In another language some runs stay Chinese: names, data without a translation, strings of an incomplete catalogue. One
 * observer gives `lang` to every element whose own words are Chinese, so that no component can forget it: glyphs, line
 * breaks and voices hang on it (look.md section 3).
 */

const CHINESE = 'zh-Hans'
const HAN = /\p{Script=Han}/gu
const OTHER_LETTER = /[\p{Script=Latin}\p{Script=Arabic}\p{Script=Tibetan}]/gu
/** A Chinese word is as long as a few letters: a sentence with a Chinese name in it is not Chinese. */
const LETTERS_A_HAN = 3

/** True when the words are Chinese rather than something else with a Chinese name in it. */
export function isChinese(words: string): boolean {
  const han = words.match(HAN)?.length ?? 0
  return han > 0 && han * LETTERS_A_HAN > (words.match(OTHER_LETTER)?.length ?? 0)
}

/** Marks what is there and what comes; answers how to stop, which takes the marks away. */
export function markChinese(root: HTMLElement): () => void {
  const marked = new Set<Element>()
  const mark = (element: Element) => {
    if (element.closest('svg') !== null) return
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
    const words = own.map((node) => node.textContent ?? '').join('')
    const wanted = isChinese(words)
    if (wanted && !element.hasAttribute('lang')) {
      element.setAttribute('lang', CHINESE)
      marked.add(element)
    } else if (!wanted && marked.delete(element)) element.removeAttribute('lang')
  }
  const markAll = (within: Element) => {
    mark(within)
    for (const element of within.querySelectorAll('*')) mark(element)
  }
  markAll(root)
  const observer = new MutationObserver((changes) => {
    for (const element of marked) if (!element.isConnected) marked.delete(element)
    for (const { target, addedNodes } of changes) {
      const near = target instanceof Element ? target : target.parentElement
      if (near !== null) mark(near)
      for (const node of addedNodes) if (node instanceof Element) markAll(node)
    }
  })
  observer.observe(root, { subtree: true, childList: true, characterData: true })
  return () => {
    observer.disconnect()
    for (const element of marked) element.removeAttribute('lang')
  }
}
