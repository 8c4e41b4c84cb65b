import { parseVersion, type RecordId } from '@shoal/core';
import { decideConflict } from '@shoal/library';
import { type DecideConflictRequest, DecisionKind, versionFromWire } from '@shoal/proto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type GatewayFixture, gatewayFixture } from './gateway-fixture.ts';

let gateway: GatewayFixture;

beforeEach(async () => {
  gateway = await gatewayFixture();
});
afterEach(() => gateway.close());

/** A tag that is written twice, the second time by somebody who had not seen the first. */
async function contestedTag(): Promise<RecordId> {
  const id = await gateway.put('tag', { canonical_name: 'holiday', color: '#fc0' });
  await gateway.put('tag', { color: '#000' }, id);
  return id;
}

async function openConflict() {
  const filter = { model: '', recordId: Buffer.alloc(0), openOnly: true, limit: 0, after: 0 };
  const { conflicts } = await gateway.handlers.listConflicts({ libraryId: gateway.libraryId, ...filter });
  return conflicts[0]!;
}

const decision: Omit<DecideConflictRequest, 'libraryId' | 'conflictId'> = {
  ...{ decision: DecisionKind.DECISION_KIND_FLIP, side: 0, fields: [] },
  seen: [{ replica: Buffer.alloc(24), ms: 1, counter: 1 }],
};

const decide = (conflictId: number, change: Partial<DecideConflictRequest>) =>
  gateway.handlers.decideConflict({ libraryId: gateway.libraryId, conflictId, ...decision, ...change });

/** Capture as it decides. */
function withCapture() {
  const made = vi.fn(async ({ conflictId: id, seen, side }: DecideConflictRequest) => {
    const kind = 'flip' as const;
    await decideConflict(gateway.library, {
      ...{ id, kind, side: side || null, fields: new Map(), seen: versionFromWire(seen) },
    });
    return {};
  });
  gateway.services.capture = { decideConflict: made };
  return made;
}

describe('a decision', () => {
  test('[MRG-8] goes to capture with the version that was shown, and is answered by the settled conflict', async () => {
    withCapture();
    const id = await contestedTag();
    const { conflictId, version } = await openConflict();
    const status = () => gateway.handlers.getStatus({ libraryId: gateway.libraryId });
    expect((await status()).openConflicts).toBe(1);
    expect(versionFromWire(version)).toEqual(
      parseVersion(gateway.library.store.records.version({ model: 'tag' as never, id })!),
    );
    const settled = await decide(conflictId, { seen: version });
    expect(settled).toMatchObject({ conflictId, kind: 'siblings', field: 'color' });
    expect(settled.settledMs).toBeGreaterThan(0);
    expect(settled.version).not.toEqual(version);
    expect((await status()).openConflicts).toBe(0);
  });

  test('[MRG-8] upon what changed since is changed-since, and the conflict says what it is now', async () => {
    withCapture();
    const id = await contestedTag();
    const { conflictId, version } = await openConflict();
    await gateway.put('tag', { color: '#123' }, id);
    await expect(decide(conflictId, { seen: version })).rejects.toMatchObject({
      code: 'changed-since',
      subject: { field: 'seen', record: id },
    });
    const now = await openConflict();
    expect([now.conflictId, now.sides.length]).toEqual([conflictId, 3]);
    await decide(conflictId, { seen: now.version, side: 2 });
    expect(await openConflict()).toBeUndefined();
  });

  test.each<[string, Partial<DecideConflictRequest>, string]>([
    ['of no kind', { decision: DecisionKind.DECISION_KIND_UNSPECIFIED }, 'decision'],
    ['upon no version', { seen: [] }, 'seen'],
    ['with a short replica', { seen: [{ replica: Buffer.alloc(8), ms: 1, counter: 1 }] }, 'version'],
    ['with a field without value', { fields: [{ field: 'color', value: undefined }] }, 'color'],
  ])('[SEC-5] %s is refused at the edge, naming the field', async (_, change, field) => {
    const made = withCapture();
    await expect(decide(1, change)).rejects.toMatchObject({ subject: { field } });
    expect(made).not.toHaveBeenCalled();
  });
});
