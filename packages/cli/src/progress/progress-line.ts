import { countText } from '../show/text-table.ts';

/** Where some work stands. */
export interface ProgressState {
  /** What is done, as a person would say it: `indexes /home/me/pictures`. */
  readonly what: string;
  readonly done: number;
  /** How much there is; undefined: nobody knows. */
  readonly total: number | undefined;
  readonly perSecond: number | undefined;
  readonly leftMs: number | undefined;
}

const barColumns = 20;

/** One line: what, a bar where it is known how much there is, and the numbers. */
export function progressLine({ what, done, total, perSecond, leftMs }: ProgressState): string {
  const share = total === undefined || total <= 0 ? undefined : Math.min(1, done / total);
  const numbers = [
    total === undefined ? countText(done) : `${countText(done)} of ${countText(Math.max(total, done))}`,
    ...(perSecond === undefined ? [] : [`${countText(perSecond)}/s`]),
    ...(leftMs === undefined ? [] : [`${durationText(leftMs)} left`]),
  ].join(', ');
  return share === undefined ? `${what}  ${numbers}` : `${what}  ${barText(share)}  ${numbers}`;
}

/** `[#####---------------]  25 %`; 100 % only when all is done. */
function barText(share: number): string {
  const filled = Math.floor(share * barColumns);
  const bar = '#'.repeat(filled) + '-'.repeat(barColumns - filled);
  return `[${bar}] ${String(Math.floor(share * 100)).padStart(3)} %`;
}

/** A time as a person would say it: `6 s`, `4 min`, `2 h 5 min`. */
export function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
