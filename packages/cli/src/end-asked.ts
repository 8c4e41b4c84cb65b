/** A signal this soon after the first is the same wish: Ctrl-C under npm arrives from the terminal and from npm. */
const sameWishMs = 1_000;

/**
 * Listens for SIGINT and SIGTERM, from the first call on, and resolves with the first. A later one, from somebody who
 * does not want to wait, ends the process at once with 130; its children end by themselves.
 */
export function watchEndAsked(target: NodeJS.Process = process): () => Promise<string> {
  let asked: Promise<string> | undefined;
  return () => {
    asked ??= new Promise((resolve) => {
      let firstMs: number | undefined;
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        target.on(signal, () => {
          firstMs ??= performance.now();
          if (performance.now() - firstMs > sameWishMs) target.exit(130);
          resolve(signal);
        });
      }
    });
    return asked;
  };
}
