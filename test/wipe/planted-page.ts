import { makePage, type PageOrder } from '../../drivers/document-scanner/synthetic-page.ts'

/** What stands in her scanned page, as a comment of its picture. A multiple of 3 bytes, so that its base64 has no end of its own. */
const MARK = Buffer.from('scanned-proof-of-leaving-of-zhou-mingyuan!', 'latin1')
const START_OF_IMAGE = 2

/**
 * As bytes in files, and as the base64 in which the page crosses to the screen. The comment begins at byte 6, so that
 * its base64 is the same in the picture's; and stands at its beginning, since a heap snapshot cuts long strings short.
 */
export const PLANTED_PAGE = [MARK.toString('latin1'), MARK.toString('base64')]

/** A JPEG that begins with the mark. */
export function plantedPage(order: PageOrder): Uint8Array {
  const page = makePage(order)
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, MARK.length + 2]), MARK])
  return Buffer.concat([page.subarray(0, START_OF_IMAGE), comment, page.subarray(START_OF_IMAGE)])
}
