import type { CameraBrowser, CameraStream } from '../camera-browser.ts'
import type { Pixels } from '../quality.ts'

/** A browser with cameras that can be plugged, pulled, denied, held by others and frozen; and with a clock that is moved. */
export interface FakeCameras {
  readonly browser: CameraBrowser
  plug(label: string): void
  /** Its track ends, and it is listed no more. */
  pull(label: string): void
  /** getUserMedia rejects with this; undefined: not any more. */
  refuse(name: string | undefined): void
  /** getUserMedia never answers. */
  hang(on: boolean): void
  /** Streams are there, and no frame comes. */
  freeze(on: boolean): void
  /** Names are hidden until a camera has been opened. */
  hideLabels(): void
  show(pixels: Pixels): void
  /** The browser makes no picture of it. */
  breakEncoder(on: boolean): void
  /** Streams that are open: what has its light on. */
  openStreams(): number
  /** Ends the next wait of one of these lengths, as soon as there is one. */
  fire(...delaysMs: readonly number[]): Promise<void>
  begun(delayMs: number): Promise<void>
}

interface Wait {
  readonly delayMs: number
  readonly run: () => void
}

export function createFakeCameras(): FakeCameras {
  let labels: string[] = []
  let refusal: string | undefined
  let isHanging = false
  let isFrozen = false
  let isHidden = false
  let isBroken = false
  let pixels: Pixels = sharpText()
  const changes = new Set<() => void>()
  const streams = new Set<{ readonly label: string; end(): void }>()
  const waits = new Set<Wait>()
  const watchers = new Set<() => void>()

  function when(find: () => Wait | undefined, then: (wait: Wait) => void): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        const wait = watchers.has(look) ? find() : undefined
        if (wait === undefined) return
        watchers.delete(look)
        then(wait)
        resolve()
      }
      watchers.add(look)
      look()
    })
  }

  function openStream(label: string): CameraStream {
    let onEnded: () => void = () => undefined
    const stream = { label, end: () => onEnded() }
    streams.add(stream)
    return {
      label,
      media: undefined,
      onFrame(listener) {
        if (isFrozen) return () => undefined
        let isOff = false
        queueMicrotask(() => {
          if (!isOff) listener()
        })
        return () => {
          isOff = true
        }
      },
      onEnded(listener) {
        onEnded = listener
      },
      grab: () => ({
        widthPx: 2592,
        heightPx: 1944,
        measured: pixels,
        encode: async (format) => (isBroken ? undefined : new TextEncoder().encode(`${format} of ${label}`)),
      }),
      close: () => streams.delete(stream),
    }
  }

  function changed(): void {
    for (const listener of [...changes]) listener()
  }

  return {
    browser: {
      list: async () => labels.map((label) => ({ id: label, label: isHidden ? '' : label })),
      open(id) {
        if (isHanging) return new Promise(() => undefined)
        if (refusal !== undefined) return Promise.reject(new DOMException('refused', refusal))
        const label = labels.find((each) => id === undefined || each === id)
        if (label === undefined) return Promise.reject(new DOMException('none', 'NotFoundError'))
        isHidden = false
        return Promise.resolve(openStream(label))
      },
      onChange(listener) {
        changes.add(listener)
        return () => changes.delete(listener)
      },
      after(delayMs, run) {
        const wait = { delayMs, run }
        waits.add(wait)
        for (const watcher of watchers) queueMicrotask(watcher)
        return () => waits.delete(wait)
      },
    },
    plug(label) {
      labels = [...labels, label]
      changed()
    },
    pull(label) {
      labels = labels.filter((each) => each !== label)
      for (const stream of [...streams]) if (stream.label === label) stream.end()
      changed()
    },
    refuse(name) {
      refusal = name
    },
    hang(on) {
      isHanging = on
    },
    freeze(on) {
      isFrozen = on
    },
    hideLabels() {
      isHidden = true
    },
    show(next) {
      pixels = next
    },
    breakEncoder(on) {
      isBroken = on
    },
    openStreams: () => streams.size,
    fire: (...delaysMs) =>
      when(
        () => [...waits].find(({ delayMs }) => delaysMs.includes(delayMs)),
        (wait) => {
          waits.delete(wait)
          wait.run()
        },
      ),
    begun: (delay) =>
      when(
        () => [...waits].find(({ delayMs }) => delayMs === delay),
        () => undefined,
      ),
  }
}

export function paint(width: number, height: number, shade: (x: number, y: number) => number): Pixels {
  const data = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4
      data.fill(shade(x, y), at, at + 3)
      data[at + 3] = 255
    }
  }
  return { data, width, height }
}

/** Strokes two pixels wide on white paper, as printed text is at this size. */
export function sharpText(ink = 30, paper = 230): Pixels {
  return paint(160, 120, (x, y) => (y % 12 < 6 && (x * 7 + Math.floor(y / 12) * 3) % 11 < 4 ? ink : paper))
}

/** The same, out of focus: every pixel the mean of those around it. */
export function blurred({ data, width, height }: Pixels, radius: number): Pixels {
  return paint(width, height, (x, y) => {
    let sum = 0
    let count = 0
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        const value = data[((y + dy) * width + x + dx) * 4]
        if (x + dx < 0 || x + dx >= width || value === undefined) continue
        sum += value
        count++
      }
    }
    return sum / count
  })
}
