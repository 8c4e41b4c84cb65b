import type { HistoryLine } from './run-scenario.ts';

const columnWidth = 44;

/** A history as a drawing: time runs down, each device has a column, what is about all of them goes across. */
export function drawHistory(lines: readonly HistoryLine[], devices: number): string {
  const heads = Array.from({ length: devices }, (_, index) => `device ${index}`.padEnd(columnWidth));
  return [`${'ms'.padStart(8)}  ${heads.join('')}`, ...lines.flatMap(drawLine)].join('\n');
}

function drawLine({ atMs, device, text }: HistoryLine): string[] {
  const time = String(atMs).padStart(8);
  if (device === null) return [`${time}  ── ${text} ──`];
  const indent = ' '.repeat(device * columnWidth);
  return wrap(text, columnWidth - 2).map(
    (part, at) => `${at === 0 ? time : ' '.repeat(8)}  ${indent}${part}`,
  );
}

function wrap(text: string, width: number): string[] {
  const parts: string[] = [];
  let part = '';
  for (const word of text.split(' ')) {
    if (part.length > 0 && part.length + word.length + 1 > width) {
      parts.push(part);
      part = '';
    }
    part = part.length === 0 ? word : `${part} ${word}`;
  }
  return [...parts, part];
}
