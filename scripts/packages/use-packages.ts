import assert from 'node:assert/strict';
import { delimiter, dirname, join } from 'node:path';
import { runStep } from './run-step.ts';

export interface UsePackagesOptions {
  /** Where the packages are installed, beside the programs that use them. */
  readonly app: string;
  /** Where homes of devices may be made. */
  readonly homes: string;
  /** The Node that everything runs on: it comes first on PATH. */
  readonly node: string;
}

type Run = (command: string, ...args: string[]) => string;

/** Uses installed packages as a stranger would, and returns the version of Node. Throws where anything fails. */
export function usePackages({ app, homes, node }: UsePackagesOptions): string {
  const path = [dirname(node), join(app, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const runWith =
    (env: Readonly<Record<string, string>>): Run =>
    (command, ...args) =>
      runStep(command, args, { cwd: app, env: { PATH: path, NODE_OPTIONS: '', ...env } });
  const run = runWith({});
  const version = run('node', '--version').trim();
  run('node', 'every-door.ts');
  run('node', 'two-libraries.ts');

  const home = join(homes, `device-${version}`);
  whileDeviceRuns(run, { home, init: [], up: [] }, () => {
    run('shoal', 'tag', 'create', 'holiday', '--home', home);
    run('node', 'ask-a-device.ts', home);
    run('shoal', 'doctor', '--home', home);
  });

  const notesHome = join(homes, `notes-${version}`);
  const notes = runWith({ NOTES_HOME: notesHome });
  const init = ['--models', join('notes', 'models.ts')];
  whileDeviceRuns(run, { home: notesHome, init, up: ['--in-process'] }, () => {
    notes('node', 'notes/notes.ts', 'add', 'buy', 'milk');
    assert.equal(notes('node', 'notes/notes.ts', 'list'), '- buy milk\n');
    run('shoal', 'wait', '--home', notesHome);
  });
  return version;
}

/** From `shoal init` to `shoal down`. */
function whileDeviceRuns(
  run: Run,
  {
    home,
    init,
    up,
  }: { readonly home: string; readonly init: readonly string[]; readonly up: readonly string[] },
  work: () => void,
): void {
  run('shoal', 'init', '--home', home, '--name', 'laptop', ...init);
  run('shoal', 'library', 'create', 'photos', '--home', home);
  run('shoal', 'up', '--detach', ...up, '--home', home);
  try {
    work();
  } finally {
    run('shoal', 'down', '--home', home);
  }
}
