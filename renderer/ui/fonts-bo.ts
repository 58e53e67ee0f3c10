import '@fontsource-variable/noto-serif-tibetan/wght.css'
