import { dotDevice, dotHlc, hlcMs, type Merged, type Sibling } from '@shoal/core';

/**
 * Notes that were written without knowledge of each other are all kept (S1x-12): the earliest first, each later one below
 * a line that names the device that wrote it and the time. Text that stands in another is not repeated.
 */
export function mergeNotes(siblings: readonly Sibling[]): Merged {
  const written = siblings.flatMap(({ dot, value }) =>
    typeof value === 'string' && value !== '' ? [{ dot, text: value }] : [],
  );
  const kept = written.filter(
    ({ text }, index) =>
      !written.some((other, at) => other.text.includes(text) && (other.text !== text || at > index)),
  );
  const [first, ...later] = kept.reverse();
  const parts = later.map(({ dot, text }) => {
    const time = new Date(hlcMs(dotHlc(dot))).toISOString();
    return `\n\n--- ${dotDevice(dot)}, ${time}\n${text}`;
  });
  return { kind: 'merged', value: (first?.text ?? '') + parts.join('') };
}
