/**
 * Keeps the last button that was touched in `root` while nobody answers there yet.
 * @returns gives it to whoever has taken its place under the same test id, once; from then on nothing is kept.
 */
export function keepTouch(root: HTMLElement): () => void {
  let touched: string | undefined
  const keep = (event: MouseEvent) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('button') : null
    touched = button?.dataset.testid ?? touched
  }
  root.addEventListener('click', keep)
  return () => {
    root.removeEventListener('click', keep)
    if (touched !== undefined) root.querySelector<HTMLElement>(`[data-testid="${touched}"]`)?.click()
  }
}
