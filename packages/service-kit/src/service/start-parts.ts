/** Says how to stop what was just started. */
export type Own = (stop: () => Promise<unknown> | unknown) => void;

/**
 * Starts the parts of a service one after the other. What is owned is stopped in reverse, one after the other: by
 * `stop`, or at once when a later part fails to start, whose error is thrown then.
 */
export async function startParts<Started extends object>(
  start: (own: Own) => Promise<Started>,
): Promise<Started & { stop(): Promise<void> }> {
  const stops: Parameters<Own>[0][] = [];
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  try {
    return { ...(await start((stopPart) => stops.push(stopPart))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
