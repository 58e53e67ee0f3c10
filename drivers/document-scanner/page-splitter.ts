import { walkJpeg, walkPng } from './picture.ts'

/** Finds the pages in one stream of pictures, as scanimage writes them to its output one behind the other. */

export interface SplitPage {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly widthPx: number
  readonly heightPx: number
}

export interface PageSplitter {
  /** The pages that these bytes complete. */
  push(chunk: Uint8Array): readonly SplitPage[]
  /** Bytes of the page that is not through yet. */
  heldBytes(): number
  /** Set for good once the stream makes no sense any more: nothing behind it can be trusted. */
  fault(): { readonly fault: 'bad-page' | 'page-too-big'; readonly detail: string } | undefined
}

const FIRST_CAPACITY_BYTES = 64 * 1024

export function createPageSplitter(format: 'image/jpeg' | 'image/png', maxPageBytes: number): PageSplitter {
  const walker = format === 'image/png' ? walkPng : walkJpeg
  let held = new Uint8Array(0)
  let length = 0
  let walk = walker()
  let need = 0
  let broken: ReturnType<PageSplitter['fault']>

  function hold(chunk: Uint8Array): void {
    if (length + chunk.length > held.length) {
      const grown = new Uint8Array(Math.max(FIRST_CAPACITY_BYTES, (length + chunk.length) * 2))
      grown.set(held.subarray(0, length))
      held = grown
    }
    held.set(chunk, length)
    length += chunk.length
  }

  return {
    push(chunk) {
      const pages: SplitPage[] = []
      if (broken !== undefined) return pages
      hold(chunk)
      while (length > 0 && length >= need) {
        const step = walk.go(held.subarray(0, length))
        if (step.step === 'bad') {
          broken = { fault: 'bad-page', detail: step.detail }
          break
        }
        if (step.step === 'more') {
          need = step.need
          break
        }
        const { end, widthPx, heightPx } = step
        if (end > maxPageBytes) break
        pages.push({ bytes: held.slice(0, end), widthPx, heightPx })
        held.copyWithin(0, end, length)
        length -= end
        need = 0
        walk = walker()
      }
      if (length > maxPageBytes) broken = { fault: 'page-too-big', detail: `a page of more than ${maxPageBytes} bytes` }
      if (broken !== undefined) {
        held = new Uint8Array(0)
        length = 0
      }
      return pages
    },
    heldBytes: () => length,
    fault: () => broken,
  }
}
