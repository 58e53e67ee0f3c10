import type { Notice, NoticesAdapter } from '../notices.ts'

export interface SampleNotices extends NoticesAdapter {
  /** What was taken, by notice; the hub's page of a case shows the same words. */
  readonly taken: ReadonlyMap<string, Pick<Notice, 'text' | 'at'>>
}

/** In the place of a province's messages: takes notices of division 99xxxx, and keeps no number. */
export function sampleNotices(): SampleNotices {
  const taken = new Map<string, Pick<Notice, 'text' | 'at'>>()
  return {
    taken,
    async take({ noticeId, person, text, at }) {
      if (!person.idNumber.startsWith('99')) throw new RangeError('not of division 99xxxx')
      taken.set(noticeId, { text, at })
    },
  }
}
