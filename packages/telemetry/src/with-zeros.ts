import type { Labels } from './instruments.ts';

type Read = () => Iterable<readonly [number, Labels]>;

/** Levels of which one that was told and is not there any more is 0, as who counts rows by kind finds none of it. */
export function withZeros(read: Read): Read {
  const labelsByKey = new Map<string, Labels>();
  return () => {
    const valueByKey = new Map([...labelsByKey.keys()].map((key) => [key, 0]));
    for (const [value, labels] of read()) {
      const key = JSON.stringify(labels);
      labelsByKey.set(key, labels);
      valueByKey.set(key, value);
    }
    return [...valueByKey].map(([key, value]) => [value, labelsByKey.get(key)!] as const);
  };
}
