/**
 * Keeps the last button that was touched in `root` while nobody answers there yet, and one that a mouse is just pressing:
 * touch frames that say they are a mouse are common, and a browser gives no click when the pressed button is replaced
 * before it is let go. A finger's tap finds the new button by itself.
 * @returns gives it to whoever has taken its place under the same test id, once; from then on nothing is kept.
 */
export function keepTouch(root: HTMLElement): () => void {
  let touched: string | undefined
  let pressed: string | undefined
  const keep = (event: MouseEvent) => {
    touched = buttonOf(event)?.dataset.testid ?? touched
  }
  const press = (event: PointerEvent) => {
    pressed = event.pointerType === 'mouse' ? buttonOf(event)?.dataset.testid : undefined
  }
  const letGo = () => {
    pressed = undefined
  }
  root.addEventListener('pointerdown', press)
  root.addEventListener('pointerup', letGo)
  root.addEventListener('click', keep)
  return () => {
    root.removeEventListener('pointerdown', press)
    root.removeEventListener('pointerup', letGo)
    root.removeEventListener('click', keep)
    const successor = (id: string) => root.querySelector<HTMLElement>(`[data-testid="${id}"]`)
    if (touched !== undefined) successor(touched)?.click()
    else if (pressed !== undefined) {
      const id = pressed
      const over = new AbortController()
      const { signal } = over
      const letGoAfter = (event: PointerEvent) => {
        over.abort()
        if (buttonOf(event)?.dataset.testid === id) successor(id)?.click()
      }
      root.addEventListener('pointerup', letGoAfter, { signal })
      // Let go outside; the next press is another one.
      root.addEventListener('pointerdown', () => over.abort(), { signal })
    }
  }
}

function buttonOf({ target }: Event): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('button') : null
}
