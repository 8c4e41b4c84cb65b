import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { wantsJson } from './wants-json.ts';

test('a failure is told as JSON where a flag, the environment or the file says so, in this order', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-json-'));
  const file = join(folder, 'config.json');
  await writeFile(file, '{"json":true}');
  const environment = { HOME: folder };
  try {
    expect(wantsJson(['status', '--json'], { environment })).toBe(true);
    expect(wantsJson(['record', 'put', 'tag', '--', '--json'], { environment })).toBe(false);
    expect(wantsJson(['status'], { environment: { ...environment, SHOAL_JSON: '1' } })).toBe(true);
    expect(wantsJson(['status', '--no-json'], { environment: { ...environment, SHOAL_JSON: '1' } })).toBe(
      false,
    );
    expect(wantsJson(['status', '--config', file], { environment })).toBe(true);
    expect(wantsJson(['status'], { environment: { ...environment, SHOAL_JSON: 'perhaps' } })).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
