import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Spaced } from './components.tsx'

test.each([
  ['2026年11月2日　星期一', '2026|年|11|月|2|日　星期一'],
  ['等待上传3件，最早的等了42分钟', '等待上传|3|件，最早的等了|42|分钟'],
  ['10:48送达', '10:48|送达'],
  ['插上USB盘', '插上|USB|盘'],
  ['没有数字', '没有数字'],
])('%s: a gap where Han meets figures or letters, and nowhere else', (text, parts) => {
  const markup = renderToStaticMarkup(createElement(Spaced, { text }))
  expect(markup.replaceAll('<span class="gap"></span>', '|')).toBe(parts)
})
