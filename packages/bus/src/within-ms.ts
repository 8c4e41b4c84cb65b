/** Waits for work to end or fail, at most so many milliseconds: answers whether it did; how it ended is not told. */
export async function withinMs(ms: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, ms, false);
  const ended = () => true;
  const isInTime = await Promise.race([work.then(ended, ended), late]);
  clearTimeout(timer);
  return isInTime;
}
