import { errorCatalogue } from '@shoal/core';

/** The exit codes of `shoal`, from the error catalogue, as lines for its help. */
export function exitCodeLines(): readonly string[] {
  const codesByExit = new Map<number, string[]>([[0, ['success; also the end of what runs until Ctrl-C']]]);
  for (const [code, { exitCode }] of Object.entries(errorCatalogue)) {
    codesByExit.set(exitCode, [...(codesByExit.get(exitCode) ?? []), code]);
  }
  return [...codesByExit]
    .sort(([a], [b]) => a - b)
    .flatMap(([exitCode, codes]) => foldedLines(`${exitCode}`.padStart(5), codes));
}

const widthMax = 100;

/** `  2  one, two, …`, folded under the first. */
function foldedLines(first: string, words: readonly string[]): string[] {
  const lines = [`${first}  `];
  words.forEach((word, index) => {
    const text = index === words.length - 1 ? word : `${word}, `;
    if (lines.at(-1)!.length + text.length > widthMax) lines.push(' '.repeat(first.length + 2));
    lines[lines.length - 1] += text;
  });
  return lines.map((line) => line.trimEnd());
}
