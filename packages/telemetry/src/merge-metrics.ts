/**
 * One text of Prometheus out of those of several processes: what is said of a metric (HELP, TYPE, UNIT) once, then all
 * its samples, as the text format asks. Processes of one program say the same of the same name.
 */
export function mergeMetrics(texts: readonly string[]): string {
  const families = new Map<string, { readonly about: string[]; readonly samples: string[] }>();
  for (const text of texts) {
    let family: { readonly about: string[]; readonly samples: string[] } | undefined;
    let isKnown = false;
    let current = '';
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const about = /^# (?:HELP|TYPE|UNIT) (\S+)/.exec(line);
      if (about === null) {
        family?.samples.push(line);
        continue;
      }
      const name = about[1]!;
      if (name !== current) {
        current = name;
        family = families.get(name);
        isKnown = family !== undefined;
        family ??= { about: [], samples: [] };
        families.set(name, family);
      }
      if (!isKnown) family!.about.push(line);
    }
  }
  return [...families.values()]
    .flatMap(({ about, samples }) => [...about, ...samples])
    .map((line) => `${line}\n`)
    .join('');
}
