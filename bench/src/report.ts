import type { Figure, ScenarioResult } from './scenario.ts';

/** The machine-readable report. */
export function reportJson(results: readonly ScenarioResult[]): string {
  return JSON.stringify({ scenarios: results });
}

/** The report for people, a line per scenario: its name, then its figures. */
export function reportLines(results: readonly ScenarioResult[]): string[] {
  const width = Math.max(0, ...results.map(({ name }) => name.length));
  return results.map(({ name, ...figures }) => `${name.padEnd(width)}  ${figureText(figures)}`);
}

function figureText(figures: { readonly [name: string]: Figure }): string {
  return Object.entries(figures)
    .map(([name, value]) =>
      typeof value === 'object' ? `${name} (${figureText(value)})` : `${name} ${value}`,
    )
    .join(', ');
}
