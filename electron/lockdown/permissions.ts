/**
 * Permissions a page may ask Chromium for. Default: denied. A line needs a reason; issue 4 will add the camera for
 * document photographs.
 */
export const ALLOWED_PERMISSIONS: readonly { readonly permission: string; readonly why: string }[] = []

export function mayHave(permission: string): boolean {
  return ALLOWED_PERMISSIONS.some((line) => line.permission === permission)
}
