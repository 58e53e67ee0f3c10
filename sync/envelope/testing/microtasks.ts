/** More steps than any call of ours takes, few enough to be over in a moment. */
const MAX_STEPS = 20_000

/**
 * Runs something and gives it nothing but microtasks to get on with: no tick, no turn of the event loop, so no timer, no
 * thread and no I/O can help it. The simulation repeats its history only with what ends here.
 * @returns its result, or "left" when it waits for something else.
 */
export async function inMicrotasks<T>(
  run: () => Promise<T>,
): Promise<{ readonly ended: true; readonly result: T } | 'left'> {
  let ended: { readonly ended: true; readonly result: T } | undefined
  const running = run().then((result) => {
    ended = { ended: true, result }
  })
  for (let step = 0; step < MAX_STEPS && ended === undefined; step++) await Promise.resolve()
  const inTime = ended
  await running
  return inTime ?? 'left'
}
