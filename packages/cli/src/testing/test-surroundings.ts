import { Readable } from 'node:stream';
import type { Surroundings } from '../surroundings.ts';

/** Surroundings whose streams are kept as text; nobody asks anything of them to end. */
export function testSurroundings(
  options: { readonly isTTY?: boolean; readonly stdin?: Surroundings['stdin'] } = {},
) {
  const { isTTY = false, stdin = Readable.from([]) } = options;
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const surroundings: Surroundings = {
    stdin,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    config: { natsServer: undefined, isSupervised: false, environment: {} },
    endAsked: () => new Promise(() => undefined),
  };
  return { surroundings, written };
}
