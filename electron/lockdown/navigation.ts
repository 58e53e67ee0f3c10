/** The one page there is, under its own scheme. */
export const PAGE_ORIGIN = 'app://kiosk'
export const PAGE_URL = `${PAGE_ORIGIN}/index.html`

/** Where the page may go by itself: a fresh copy of itself (every session end), nowhere else. */
const ALLOWED: readonly { readonly path: string; readonly why: string }[] = [
  { path: '/', why: 'a session end loads a fresh document' },
  { path: '/index.html', why: 'the same by its file name' },
]

/** True for our own page; URLs are parsed, never compared as text. */
export function mayNavigate(url: string): boolean {
  const parsed = parse(url)
  if (parsed === undefined) return false
  const { protocol, host, pathname } = parsed
  return `${protocol}//${host}` === PAGE_ORIGIN && ALLOWED.some(({ path }) => path === pathname)
}

/** URL.canParse is younger than the oldest Node that we run on. */
function parse(url: string): URL | undefined {
  try {
    return new URL(url)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
