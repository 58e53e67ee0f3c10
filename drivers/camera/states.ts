import { z } from 'zod'
import { type Condition, conditionOf } from '../condition/states.ts'
import { ScanPageSchema } from '../document-scanner/states.ts'

/**
 * What a camera can be and what a picture ends in: the face camera, and the document camera (高拍仪), which a page asks in
 * the same way as a document scanner. The camera itself lives in the page (renderer/kiosk/devices/camera.ts), because only a
 * browser has getUserMedia. Pure: imports zod and states only.
 */

export const CameraStateSchema = z.discriminatedUnion('state', [
  /** Not asked for: its light is off. */
  z.strictObject({ state: z.literal('closed') }),
  z.strictObject({ state: z.literal('connecting') }),
  /** Frames flow. */
  z.strictObject({ state: z.literal('ready'), label: z.string() }),
  z.strictObject({ state: z.literal('capturing'), label: z.string() }),
  /** The shell or the system does not let us. */
  z.strictObject({ state: z.literal('denied') }),
  /** No camera of that name, or none at all. */
  z.strictObject({ state: z.literal('not-found') }),
  /** Another program holds it, or the system could not start it. */
  z.strictObject({ state: z.literal('in-use') }),
  /** It was there and its track ended: pulled out. */
  z.strictObject({ state: z.literal('ended') }),
  /** It is there, and gives no picture or does not answer at all. */
  z.strictObject({ state: z.literal('no-frames') }),
  /** This browser, or this page's address, has no cameras. */
  z.strictObject({ state: z.literal('unsupported') }),
])
export type CameraState = z.infer<typeof CameraStateSchema>

export function cameraCondition(state: CameraState): Condition {
  switch (state.state) {
    case 'closed':
      // Opened when a service needs it: nothing is known to be wrong.
      return conditionOf('ready')
    case 'connecting':
      return conditionOf('connecting')
    case 'ready':
      return conditionOf('ready')
    case 'capturing':
      return conditionOf('busy')
    case 'denied':
      return conditionOf('not-reachable', { mend: 'maintainer' })
    case 'not-found':
    case 'ended':
      return conditionOf('not-reachable')
    case 'in-use':
    case 'no-frames':
      return conditionOf('not-responding')
    case 'unsupported':
      return conditionOf('software-error')
  }
}

export const CameraFormatSchema = z.enum(['image/jpeg', 'image/png'])
export type CameraFormat = z.infer<typeof CameraFormatSchema>

export const CameraScanOptionsSchema = z.strictObject({
  format: CameraFormatSchema,
  /** Decides what counts as good: paper is bright and full of edges, a face is neither. */
  subject: z.enum(['document', 'portrait']),
  /** Take it whatever it looks like, as after "use it all the same". */
  anyQuality: z.boolean().optional(),
})
export type CameraScanOptions = z.infer<typeof CameraScanOptionsSchema>

/** Measured on a copy that is at most 640 pixels wide, so that the numbers do not depend on the camera. */
export const PictureQualitySchema = z.strictObject({
  /** Variance of the Laplacian of the brightness: edges. */
  sharpness: z.number().nonnegative(),
  /** Mean brightness, 0 to 255. */
  brightness: z.number().min(0).max(255),
  /** Between the 1st and the 99th percentile of brightness, 0 to 255. */
  contrast: z.number().min(0).max(255),
  /** Share of pixels that are as bright as can be, 0 to 1. */
  burntShare: z.number().min(0).max(1),
  /** Absent when nobody counted: there is no counter unless one is plugged in. */
  faces: z.int().nonnegative().optional(),
})
export type PictureQuality = z.infer<typeof PictureQualitySchema>

export const CameraFaultSchema = z.enum([
  'bad-options',
  // The states in which there is no picture to be had.
  'denied',
  'not-found',
  'in-use',
  'ended',
  'no-frames',
  'unsupported',
  // What is wrong with the picture, in words that tell the citizen what to do.
  'too-dark',
  'too-bright',
  'blank',
  'low-contrast',
  'blurred',
  'no-face',
  'several-faces',
  /** The browser could not make a file of it. */
  'not-encoded',
  'cancelled',
  'stopped',
])
export type CameraFault = z.infer<typeof CameraFaultSchema>

/** The same as a scanner's page, so that what takes one takes the other. */
export const CameraPageSchema = ScanPageSchema
export type CameraPage = z.infer<typeof CameraPageSchema>

export const CameraScanResultSchema = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    pages: z.literal(1),
    bytes: z.int().positive(),
    quality: PictureQualitySchema,
  }),
  z.strictObject({
    ok: z.literal(false),
    fault: CameraFaultSchema,
    pages: z.literal(0),
    state: CameraStateSchema,
    /** Of the best of the frames that were looked at. */
    quality: PictureQualitySchema.optional(),
  }),
])
export type CameraScanResult = z.infer<typeof CameraScanResultSchema>

export const CameraEventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('state'), state: CameraStateSchema }),
])
export type CameraEvent = z.infer<typeof CameraEventSchema>
