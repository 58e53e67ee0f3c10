import { describe, expect, it } from 'vitest'
import { createLineReader, readSaneLine } from './sane-lines.ts'

describe('what scanimage says', () => {
  it.each([
    ['Progress: 35.5%', { line: 'progress', percent: 35.5 }],
    ['Progress: 100.0%', { line: 'progress', percent: 100 }],
    ['Scanned page 12. (scanner status = 5)', { line: 'page', status: 5 }],
    ['Batch terminated, 1 page scanned', { line: 'through' }],
    ['Batch terminated, 10 pages scanned', { line: 'through' }],
    ['scanimage: sane_start: Document feeder jammed', { line: 'failed', status: 6, isOpen: true }],
    ['scanimage: sane_read: Document feeder out of documents', { line: 'failed', status: 7, isOpen: true }],
    ['scanimage: sane_read: Something new', { line: 'failed', status: 9, isOpen: true }],
    ['scanimage: open of device a:b (c) failed: Device busy', { line: 'failed', status: 3, isOpen: false }],
    ['scanimage: open of device x failed: Invalid argument', { line: 'failed', status: 4, isOpen: false }],
    ['exit 7', { line: 'exit', code: 7 }],
    ['exit 134', { line: 'exit', code: 134 }],
    ['Scanning page 1', { line: 'other' }],
    ['scanimage: rounded value of br-x from 210 to 200', { line: 'other' }],
    ['', { line: 'other' }],
  ])('%s', (text, line) => {
    expect(readSaneLine(text)).toEqual(line)
  })
})

describe('lines', () => {
  it('end at a line feed and at a carriage return, in whatever pieces they come', () => {
    const text = 'Progress: 1.0%\rProgress: 2.0%\r\nScanned page 1. (scanner status = 5)\nrest'
    for (const size of [1, 5, text.length]) {
      const lines: string[] = []
      const reader = createLineReader((line) => lines.push(line))
      for (let at = 0; at < text.length; at += size) reader.push(Buffer.from(text.slice(at, at + size)))
      expect(lines.filter((line) => line !== '')).toEqual([
        'Progress: 1.0%',
        'Progress: 2.0%',
        'Scanned page 1. (scanner status = 5)',
      ])
    }
  })

  it('that are too long are dropped, and the next one is read', () => {
    const lines: string[] = []
    const reader = createLineReader((line) => lines.push(line))
    for (let each = 0; each < 100; each++) {
      reader.push(Buffer.from('x'.repeat(1000)))
      expect(reader.heldUnits()).toBeLessThanOrEqual(4096)
    }
    reader.push(Buffer.from('\nexit 0\n'))
    expect(lines).toEqual(['exit 0'])
  })
})
