import { join } from 'node:path'
import type { OpenResult } from '../sync/journal/journal.ts'

/**
 * Why the journal of a folder cannot be opened, and what to do about it, for the maintainer: on standard error and in the
 * log. A journal may hold cases that nobody else has, so every sentence keeps people from throwing it away.
 */
export function journalRefusal(opened: Extract<OpenResult, { ok: false }>, dir: string): string {
  switch (opened.fault) {
    case 'locked':
      return `${dir} is in use by ${opened.detail}: stop that terminal first, or start this one over another folder with --data DIR`
    case 'broken-chain': {
      const { segment, offset, sequence } = opened.place
      return [
        `${join(dir, segment)}, byte ${offset}, frame ${sequence}: ${opened.detail}`,
        'The file was damaged or changed by hand. Nothing in it was touched, and cases that were not delivered may stand in it:',
        `copy ${dir} to a safe place first; node sync/journal/cli.ts verify --dir ${dir} checks it;`,
        'put back an intact copy of it, or ask who maintains the program. Do not delete it.',
      ].join('\n')
    }
    case 'disk-full':
      return `${dir}: the disk is full (${opened.detail}): make room on it, then start again. Do not delete the journal.`
    case 'unreadable':
    case 'io':
      return `${dir} cannot be read or written (${opened.detail}): check the disk, owner and permissions. Do not delete the journal.`
  }
}
