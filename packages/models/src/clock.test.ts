import { dotHlc, type Hlc, hlcMs, limits } from '@shoal/core';
import { type Library, openLibrary } from '@shoal/library';
import { afterEach, describe, expect, test } from 'vitest';
import { newId, ship, type TestDevice, testDevice } from './testing/library-on-disk.ts';

const year = 365 * 24 * 3_600_000;
const noon = 1_800_000_000_000;
const opened: TestDevice[] = [];

afterEach(() => {
  for (const device of opened.splice(0)) device.close();
});

/** A device whose wall clock is turned by hand. */
async function deviceAt(number: number, ms: number): Promise<TestDevice & { clock: { ms: number } }> {
  const clock = { ms };
  const device = Object.assign(await testDevice(number, () => clock.ms), { clock });
  opened.push(device);
  return device;
}

const lastHlc = ({ library }: { library: Library }): Hlc =>
  dotHlc(library.readOutbox(100_000).rows.at(-1)!.dot);

describe('the clock of a library', () => {
  test('[CLK-2] ticks on over restarts, and while the wall clock steps back', async () => {
    const a = await deviceAt(1, noon);
    const ticks: Hlc[] = [];
    for (const ms of [noon + 5, noon - 1_000, noon - year, 0, noon + 6]) {
      a.clock.ms = ms;
      a.reopen();
      await a.put('tag', newId(), { canonical_name: 'x' });
      ticks.push(lastHlc(a));
    }
    expect(ticks).toEqual([...new Set(ticks)].sort());
    expect(hlcMs(ticks.at(-1)!)).toBe(noon + 6);
  });

  test('[CLK-2] is one clock for two openings that write by turns, each with its own replica', async () => {
    const a = await deviceAt(1, noon);
    const other = openLibrary(a.options);
    const write = (to: Library) =>
      to.write([
        {
          kind: 'put',
          ref: { model: 'tag' as never, id: newId() },
          fields: new Map([['canonical_name', 'x']]),
          seen: null,
        },
      ]);
    for (let turn = 0; turn < 10; turn++) await Promise.all([write(a.library), write(other)]);
    const dots = a.library.readOutbox(100).rows.map(({ dot }) => dot);
    const ticks = dots.map(dotHlc);
    expect(ticks).toEqual([...new Set(ticks)].sort());
    expect(new Set(dots.map((dot) => dot.slice(17))).size).toBe(2);
    other.close();
  });

  test('[CLK-2] ticks past everything that an entry includes, not its last change alone', async () => {
    const [a, b, c] = [await deviceAt(1, noon), await deviceAt(2, noon - year), await deviceAt(3, noon)];
    const id = newId();
    a.clock.ms = noon + 60_000;
    await a.put('tag', id, { canonical_name: 'x' });
    // B is so far behind that the stamp is drift to it: its own change of the record has a lower one.
    await ship(a, [b]);
    await b.put('tag', id, { color: '#222' });
    await c.apply((await b.drain()).filter(({ header }) => header.recordId === id));
    await c.put('tag', newId(), { canonical_name: 'y' });
    expect(hlcMs(lastHlc(c))).toBeGreaterThanOrEqual(noon + 60_000);
  });

  test('[CLK-4] is not pulled by a stamp too far ahead, which is reported with both clocks and merged by its value', async () => {
    const [a, b] = [await deviceAt(1, noon), await deviceAt(2, noon + year)];
    const id = newId();
    await b.put('tag', id, { canonical_name: 'from the future' });
    const { drifts } = await a.apply(await b.drain());
    const skew = { device: b.id, theirMs: noon + year, ourMs: noon };
    expect([drifts, a.library.skews()]).toEqual([[skew], [skew]]);
    expect(a.fields('tag', id)).toMatchObject({ canonical_name: 'from the future' });
    await a.put('tag', id, { canonical_name: 'from today' });
    expect(hlcMs(lastHlc(a))).toBeLessThan(noon + limits.maxDriftMs);
    // What the write has seen it replaces, whatever the stamps say (MRG-1).
    await ship(a, [b]);
    for (const device of [a, b])
      expect(device.fields('tag', id)).toMatchObject({ canonical_name: 'from today' });
  });

  test('[CLK-4] is told to be behind another, also after a restart, until the time of day is near to what that showed', async () => {
    const [a, b] = [await deviceAt(1, noon), await deviceAt(2, noon + year)];
    for (const _ of [1, 2]) {
      await b.put('tag', newId(), { canonical_name: 'from the future' });
      await ship(b, [a]);
    }
    a.reopen();
    expect(a.library.skews()).toMatchObject([{ device: b.id, ourMs: noon }]);
    a.reopen({ wallMs: () => noon + year });
    expect(a.library.skews()).toEqual([]);
  });

  test('[CLK-4] is pulled by a stamp within the drift, and no local write is refused for a clock', async () => {
    const [a, b] = [await deviceAt(1, noon), await deviceAt(2, noon + limits.maxDriftMs)];
    await b.put('tag', newId(), { canonical_name: 'x' });
    expect((await a.apply(await b.drain())).drifts).toEqual([]);
    for (const broken of [Number.NaN, -1, 2 ** 60, Number.POSITIVE_INFINITY]) {
      a.clock.ms = broken;
      await a.put('tag', newId(), { canonical_name: 'y' });
      expect(hlcMs(lastHlc(a))).toBe(noon + limits.maxDriftMs);
    }
  });
});
