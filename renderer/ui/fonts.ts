// Variable Noto in slices by unicode-range: the browser fetches only the slices that a page shows, and none where the
// system's Noto Sans CJK SC stands first in the stack.
import '@fontsource-variable/noto-sans-sc/wght.css'
import '@fontsource-variable/noto-serif-sc/wght.css'
