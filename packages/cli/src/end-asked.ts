/** A signal this soon after the first is the same wish: Ctrl-C under npm arrives from the terminal and from npm. */
const sameWishMs = 1_000;

/**
 * Listens for SIGINT, SIGTERM and SIGHUP, from the first call on, and resolves with the first; when `isSupervised`
 * also with the end of stdin. A later signal, from somebody who does not want to wait, ends the process at once with
 * 130; its children end by themselves.
 */
export function watchEndAsked(options: { readonly isSupervised: boolean }): () => Promise<string> {
  let asked: Promise<string> | undefined;
  return () => {
    asked ??= new Promise((resolve) => {
      let firstMs: number | undefined;
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.on(signal, () => {
          firstMs ??= performance.now();
          if (performance.now() - firstMs > sameWishMs) process.exit(130);
          resolve(signal);
        });
      }
      if (options.isSupervised) {
        const gone = () => resolve('supervisor gone');
        process.stdin.on('end', gone).on('close', gone).on('error', gone).resume();
      }
    });
    return asked;
  };
}
