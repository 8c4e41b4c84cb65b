import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One step of a guide: a file to write, a change of one, or commands to type. */
export type GuideStep =
  | { readonly kind: 'file' | 'change'; readonly name: string; readonly text: string }
  | { readonly kind: 'part'; readonly text: string }
  | { readonly kind: 'commands'; readonly lines: readonly string[] };

/**
 * The steps of a guide in their order, as they stand there: each block of code that names a file (`ts models.ts`) is that
 * file, one of the language diff changes it, and one of the language sh is typed line by line. Other blocks are parts of
 * files that are there.
 */
export function readGuide(name: string): readonly GuideStep[] {
  const page = readFileSync(fileURLToPath(new URL(`../../docs/guides/${name}`, import.meta.url)), 'utf8');
  return [...page.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms)].map(
    ([, language = '', file = '', text = '']) => {
      if (language === 'sh') return { kind: 'commands', lines: text.trim().split('\n') };
      if (file === '') return { kind: 'part', text };
      return { kind: language === 'diff' ? 'change' : 'file', name: file, text };
    },
  );
}

/** A file after a change: what begins with `-` gives way to what begins with `+` behind it. */
export function changedBy(file: string, change: string): string {
  let at = 0;
  let lines = file.split('\n');
  for (const line of change.trimEnd().split('\n')) {
    const [sign, text] = [line[0], line.slice(1)];
    if (sign === '+') {
      lines = [...lines.slice(0, at), text, ...lines.slice(at)];
      at += 1;
      continue;
    }
    const found = lines.indexOf(text, at);
    if (found === -1) throw new Error(`the file has no line ${JSON.stringify(text)}`);
    if (sign === '-') lines.splice(found, 1);
    at = sign === '-' ? found : found + 1;
  }
  return lines.join('\n');
}
