import { hashText } from '../time/random.ts';

/** The running hash after one more entry. Twice 32 bits: enough for the few thousand entries of a history. */
export function nextChain(chain: string, place: string): string {
  return `${hashText(`${chain}+${place}`)}:${hashText(`${place}-${chain}`)}`;
}
