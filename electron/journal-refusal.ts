import type { OpenResult } from '../sync/journal/journal-api.ts'

/**
 * Why the journal of a folder cannot be opened, and what to do about it, for the maintainer: on standard error and in the
 * log. A journal may hold cases that nobody else has, so every sentence keeps people from throwing it away.
 */
export function journalRefusal(opened: Extract<OpenResult, { ok: false }>, dir: string): string {
  switch (opened.fault) {
    case 'locked':
      return `${dir} is in use by ${opened.detail}: stop that terminal first, or start this one over another folder with --data DIR`
    case 'newer-format':
      return [
        `${dir} was written by a later version of this program (${opened.detail}).`,
        'Nothing in it was touched: install that version or a later one again. "npm run terminal -- check" says which versions can read it.',
        'Do not delete the journal.',
      ].join('\n')
    case 'disk-full':
      return `${dir}: the disk is full (${opened.detail}): make room on it, then start again. Do not delete the journal.`
    case 'unreadable':
    case 'io':
      return `${dir} cannot be read or written (${opened.detail}): check the disk, owner and permissions. Do not delete the journal.`
  }
}
