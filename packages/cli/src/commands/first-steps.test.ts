import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProgram } from '../program.ts';
import { testSurroundings } from '../testing/test-surroundings.ts';

/** What somebody types first, wrong and right, on a machine where nothing runs. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-first-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function shoal(home: string, ...args: string[]): Promise<string> {
  const { surroundings, written } = testSurroundings();
  await createProgram(surroundings).parseAsync([...args, '--home', join(folder, home)], { from: 'user' });
  return written.stdout;
}

test('`init` makes no home among other files, and changes nothing there', async () => {
  const pictures = join(folder, 'pictures');
  await mkdir(pictures);
  await writeFile(join(pictures, 'cat.jpg'), '');
  await expect(shoal('pictures', 'init')).rejects.toMatchObject({
    code: 'invalid-argument',
    subject: { field: 'home' },
    message: expect.stringMatching(/"cat\.jpg".*`shoal location add`/),
  });
  expect(await readdir(pictures)).toEqual(['cat.jpg']);
});

test('`init` goes on with what one that was cut off left, and on a disk that was mounted for it', async () => {
  await mkdir(join(folder, 'cut-off', 'libraries'), { recursive: true });
  await mkdir(join(folder, 'cut-off', 'lost+found'));
  await writeFile(join(folder, 'cut-off', 'token.0123.tmp'), '');
  expect(await shoal('cut-off', 'init', '--name', 'laptop')).toMatch(/^device laptop /);
  await expect(shoal('cut-off', 'init')).rejects.toMatchObject({ code: 'already-exists' });
});

test('a device without libraries says how to get one; a second one of a name is refused', async () => {
  await shoal('new', 'init', '--name', 'phone');
  expect(await shoal('new', 'library', 'list')).toMatch(/^no library yet: `shoal library create NAME` /);
  expect(await shoal('new', 'library', 'list', '--json')).toBe('[]\n');
  await shoal('new', 'library', 'create', 'photos');
  await expect(shoal('new', 'library', 'create', 'photos')).rejects.toMatchObject({
    code: 'already-exists',
    subject: { field: 'name' },
  });
  expect(JSON.parse(await shoal('new', 'library', 'list', '--json'))).toHaveLength(1);
});

test('a tag needs a name, which is asked for before the device is', async () => {
  await expect(shoal('new', 'tag', 'create', ' ')).rejects.toMatchObject({
    code: 'invalid-argument',
    subject: { field: 'name' },
  });
});

test('an invitation goes into a folder that is there', async () => {
  const file = join(folder, 'nowhere', 'invitation.json');
  await expect(shoal('new', 'library', 'invite', file)).rejects.toMatchObject({
    code: 'not-a-folder',
    subject: { field: 'file' },
  });
});
