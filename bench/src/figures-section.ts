import { figureOf, goals, goalText, isReached } from './goals.ts';
import type { KeptRun } from './kept-run.ts';

const [begin, end] = ['<!-- figures -->', '<!-- /figures -->'];

/** `text` with the figures of a run between its two marks. Throws where the marks are not there. */
export function withFigures(text: string, run: KeptRun | undefined): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`expected ${begin} and ${end}`);
  return `${text.slice(0, from + begin.length)}\n${figures(run)}\n${text.slice(to)}`;
}

function figures(run: KeptRun | undefined): string {
  if (run === undefined)
    return 'No run is kept yet: `npm run bench -- --save reference`, then `npm run docs`.';
  const rows = goals.map((goal) => {
    const figure = figureOf(run.scenarios, goal);
    const said = figure === undefined ? 'not measured' : figure.toLocaleString('en-US');
    const mark = figure !== undefined && !isReached(goal, figure) ? ' (missed)' : '';
    return `| ${goal.says} | ${said}${mark} | ${goalText(goal)} |`;
  });
  const memory = run.scenarios.find(({ name }) => name === 'memory')?.rssMb;
  const last = memory === undefined ? [] : [`| a device with 10,000 records, memory, MB | ${memory} | |`];
  return [
    `On ${run.cores} cores (${run.cpu}), Node ${run.node}, ${run.at.slice(0, 10)}:`,
    '',
    '| | measured | goal |',
    '|---|---|---|',
    ...rows,
    ...last,
  ].join('\n');
}
