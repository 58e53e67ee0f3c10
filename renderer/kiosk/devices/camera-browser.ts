import type { CameraFormat } from '../../../electron/bridge/camera.contract.ts'
import { MEASURED_WIDTH_PX, type Pixels } from './quality.ts'

/** Cameras as the browser has them, behind an interface so that camera.ts can be tested without one. */

export interface CameraInput {
  readonly id: string
  /** Empty until the page may use cameras. */
  readonly label: string
}

export interface Frame {
  readonly widthPx: number
  readonly heightPx: number
  /** A copy of at most MEASURED_WIDTH_PX across. */
  readonly measured: Pixels
  /** Undefined when the browser cannot. */
  encode(format: CameraFormat): Promise<Uint8Array<ArrayBuffer> | undefined>
}

export interface CameraStream {
  readonly label: string
  /** For a <video> that shows it; undefined in tests. */
  readonly media: MediaStream | undefined
  /** Calls once when the next frame has come; returns the way to call it off. */
  onFrame(listener: () => void): () => void
  /** Calls once when the camera is gone. */
  onEnded(listener: () => void): void
  /** The frame that is there now. */
  grab(): Frame
  close(): void
}

export interface CameraBrowser {
  /** Undefined: this page has no cameras at all. */
  list(): Promise<readonly CameraInput[] | undefined>
  /** Rejects with what getUserMedia rejects with. */
  open(id: string | undefined): Promise<CameraStream>
  /** Calls whenever a camera comes or goes. */
  onChange(listener: () => void): () => void
  after(delayMs: number, run: () => void): () => void
}

/** Asked for, and given as near as the camera can: A4 at about 200 dpi. */
const WANTED_WIDTH_PX = 2592
const WANTED_HEIGHT_PX = 1944
/** Text stays clean and a page below a megabyte. */
const JPEG_QUALITY = 0.9

export const realBrowser: CameraBrowser = {
  async list() {
    // Absent where the page is not a secure one.
    const devices: MediaDevices | undefined = navigator.mediaDevices
    if (devices === undefined) return undefined
    const all = await devices.enumerateDevices()
    return all.filter(({ kind }) => kind === 'videoinput').map(({ deviceId, label }) => ({ id: deviceId, label }))
  },
  async open(id) {
    const size = { width: { ideal: WANTED_WIDTH_PX }, height: { ideal: WANTED_HEIGHT_PX } }
    const video = id === undefined || id === '' ? size : { ...size, deviceId: { exact: id } }
    return streamOf(await navigator.mediaDevices.getUserMedia({ video, audio: false }))
  },
  onChange(listener) {
    const devices: MediaDevices | undefined = navigator.mediaDevices
    devices?.addEventListener('devicechange', listener)
    return () => devices?.removeEventListener('devicechange', listener)
  },
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

function streamOf(media: MediaStream): CameraStream {
  const [track] = media.getVideoTracks()
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  video.srcObject = media
  // A stream that ends while it starts rejects this; that it ended is told by its track.
  video.play().catch(() => undefined)
  return {
    label: track?.label ?? '',
    media,
    onFrame(listener) {
      const handle = video.requestVideoFrameCallback(() => listener())
      return () => video.cancelVideoFrameCallback(handle)
    },
    onEnded(listener) {
      track?.addEventListener('ended', () => listener(), { once: true })
    },
    grab: () => frameOf(video),
    close() {
      for (const each of media.getTracks()) each.stop()
      video.srcObject = null
    },
  }
}

function frameOf(video: HTMLVideoElement): Frame {
  const { videoWidth: widthPx, videoHeight: heightPx } = video
  const whole = draw(video, widthPx, heightPx)
  const scale = Math.min(1, MEASURED_WIDTH_PX / widthPx)
  const small = draw(whole.canvas, Math.round(widthPx * scale), Math.round(heightPx * scale))
  return {
    widthPx,
    heightPx,
    measured: small.context.getImageData(0, 0, small.canvas.width, small.canvas.height),
    async encode(format) {
      const blob = await whole.canvas.convertToBlob({ type: format, quality: JPEG_QUALITY })
      // A browser that does not know a format makes a PNG instead.
      return blob.type === format ? new Uint8Array(await blob.arrayBuffer()) : undefined
    },
  }
}

function draw(source: CanvasImageSource, width: number, height: number) {
  const canvas = new OffscreenCanvas(Math.max(1, width), Math.max(1, height))
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('this browser draws no pictures')
  context.drawImage(source, 0, 0, canvas.width, canvas.height)
  return { canvas, context }
}
