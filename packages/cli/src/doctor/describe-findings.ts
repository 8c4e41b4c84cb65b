import { counted } from '../show/counted.ts';
import type { Paint } from '../show/paint.ts';
import { printable } from '../show/printable.ts';
import type { Finding, Verdict } from './finding.ts';

const tones = { ok: 'good', warn: 'busy', fail: 'bad' } as const;

/** How many checks came out how. */
export function countVerdicts(findings: readonly Finding[]): Readonly<Record<Verdict, number>> {
  const count = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
  return { ok: count('ok'), warn: count('warn'), fail: count('fail') };
}

/** What was found, for people: the device first, then each library; below what is wrong what to do about it. */
export function findingLines(findings: readonly Finding[], paint: Paint): readonly string[] {
  const sections = Map.groupBy(findings, ({ library }) => library);
  const { ok, warn, fail } = countVerdicts(findings);
  return [
    ...[...sections].flatMap(([library, own]) => [
      ...(library === null ? [] : [paint('strong', `library ${library}`)]),
      ...own.flatMap((finding) => linesOf(finding, paint)),
    ]),
    `${counted(ok + warn + fail, 'check')}: ${ok} ok, ${warn} to look at, ${fail} failed`,
  ];
}

function linesOf({ check, verdict, found, remedy }: Finding, paint: Paint): string[] {
  const line = `${paint(tones[verdict], verdict.padEnd(4))}  ${check.padEnd(12)}  ${printable(found)}`;
  return remedy === null ? [line] : [line, `${' '.repeat(20)}→ ${remedy}`];
}
