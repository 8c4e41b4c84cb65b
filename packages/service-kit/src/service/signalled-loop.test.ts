import { ShoalError } from '@shoal/core';
import { describe, expect, it, vi } from 'vitest';
import { silentLog } from '../log.ts';
import { startSignalledLoop } from './signalled-loop.ts';

/** Against what hangs, not against a busy machine. */
const soon = { timeout: 20_000, interval: 5 };

const pace = {
  library: 'l',
  name: 'the work is done',
  idleMs: 60_000,
  retryMs: 1,
  retryMsMax: 5,
  log: silentLog(),
};

describe('startSignalledLoop', () => {
  it('works at once, then on each signal, long before the idle time is over', async () => {
    let done = 0;
    const loop = startSignalledLoop({ ...pace, work: async () => ++done === 0 });
    await vi.waitFor(() => expect(done).toBe(1), soon);
    loop.signal();
    await vi.waitFor(() => expect(done).toBe(2), soon);
    await loop.stop();
  });

  it('loses no signal that comes while work is under way', async () => {
    let done = 0;
    const loop = startSignalledLoop({
      ...pace,
      work: async () => {
        if (++done === 1) loop.signal();
        return false;
      },
    });
    await vi.waitFor(() => expect(done).toBe(2), soon);
    await loop.stop();
  });

  it('goes on without pause while there is more', async () => {
    let done = 0;
    const loop = startSignalledLoop({ ...pace, work: async () => ++done < 100 });
    await vi.waitFor(() => expect(done).toBe(100), soon);
    await loop.stop();
  });

  it('[REP-4] tries again after failures, without end, and says so once', async () => {
    const log = { info: vi.fn(), warn: vi.fn() };
    let tries = 0;
    const loop = startSignalledLoop({
      ...pace,
      log,
      work: async () => {
        if (++tries < 5) throw new ShoalError('unavailable', 'nobody there');
        return false;
      },
    });
    await vi.waitFor(() => expect(tries).toBe(5), soon);
    await vi.waitFor(() => expect(log.info).toHaveBeenCalledOnce(), soon);
    expect(log.warn).toHaveBeenCalledOnce();
    await loop.stop();
  });

  it('tells why it fails for as long as it does, and another reason when it comes', async () => {
    const log = { info: vi.fn(), warn: vi.fn() };
    let code: 'disk-full' | 'unavailable' | null = 'unavailable';
    const loop = startSignalledLoop({
      ...pace,
      log,
      work: async () => {
        if (code !== null) throw new ShoalError(code, 'no');
        return false;
      },
    });
    await vi.waitFor(() => expect(loop.failure()).toMatchObject({ code: 'unavailable' }), soon);
    code = 'disk-full';
    await vi.waitFor(() => expect(loop.failure()).toMatchObject({ code: 'disk-full' }), soon);
    code = null;
    await vi.waitFor(() => expect(loop.failure()).toBeNull(), soon);
    expect(log.warn.mock.calls.map(([line]) => line.code)).toEqual(['unavailable', 'disk-full']);
    await loop.stop();
  });

  it('stops after the work in hand, and twice is as once', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let isDone = false;
    const loop = startSignalledLoop({
      ...pace,
      work: async () => {
        await promise;
        isDone = true;
        return true;
      },
    });
    const stopping = Promise.all([loop.stop(), loop.stop()]);
    resolve();
    await stopping;
    expect(isDone).toBe(true);
  });
});
