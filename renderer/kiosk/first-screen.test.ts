import { readFileSync } from 'node:fs'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { FirstScreen } from './first-screen.tsx'

const PAGE = new URL('./index.html', import.meta.url).pathname
const ROOT = /(<div id="root">).*(<\/div>\n\s*<script)/s

test('index.html shows what the kiosk shows at first', async () => {
  const page = readFileSync(PAGE, 'utf8')
  expect(page).toMatch(ROOT)
  const markup = renderToStaticMarkup(createElement(FirstScreen))
  expect(markup).toContain('data-testid="start"')
  await expect(page.replace(ROOT, (_, before, after) => `${before}${markup}${after}`)).toMatchFileSnapshot(PAGE)
})
