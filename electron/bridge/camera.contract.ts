/**
 * What the page says of its cameras. No call crosses here: a camera lives in the page, and these are the words that the
 * page and the rest have in common.
 */
export {
  type CameraEvent,
  type CameraFault,
  type CameraFormat,
  type CameraPage,
  type CameraScanOptions,
  CameraScanOptionsSchema,
  type CameraScanResult,
  CameraScanResultSchema,
  type CameraState,
  CameraStateSchema,
  cameraCondition,
  type PictureQuality,
} from '../../drivers/camera/states.ts'
