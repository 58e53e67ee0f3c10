const MOVING_KEYS = new Set(['Tab', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'])

/** The focus ring shows only after a key moved the focus, and goes with the next touch (look.md section 5). */
export function showFocusAfterKeys(): void {
  const { dataset } = document.documentElement
  window.addEventListener('keydown', (event) => {
    if (MOVING_KEYS.has(event.key)) dataset.keys = 'yes'
  })
  window.addEventListener('pointerdown', () => {
    delete dataset.keys
  })
}
