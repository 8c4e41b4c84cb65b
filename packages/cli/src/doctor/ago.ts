const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
] as const;

/** How long a time is, by its greatest unit: `3 h`. */
export function span(ms: number): string {
  const unit = units.find((each) => ms >= each.ms) ?? units[3];
  return `${Math.max(0, Math.floor(ms / unit.ms))} ${unit.name}`;
}

/** A number of bytes as people read it: `3.2 GB`. */
export function size(bytes: number): string {
  const names = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(names.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** step;
  return `${value < 10 && step > 0 ? value.toFixed(1) : Math.round(value)} ${names[step]}`;
}
