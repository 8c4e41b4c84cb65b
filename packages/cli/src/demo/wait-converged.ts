import { setTimeout as delay } from 'node:timers/promises';
import type { StatusReply } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import type { DemoDevice } from './demo-device.ts';
import { dumpDigest } from './dump-digest.ts';
import { unsettled } from './settled.ts';

/** What all devices agree on. */
export interface Convergence {
  readonly devices: readonly ConvergedDevice[];
  /** When they were first seen to agree on it, on the clock of `performance.now()`. */
  readonly atMs: number;
}

/** A device's status by the name of the device. */
export interface NamedStatus {
  readonly name: string;
  readonly status: StatusReply;
}

/** A device that agrees with the others. */
export interface ConvergedDevice {
  readonly device: DemoDevice;
  readonly status: StatusReply;
  readonly digest: string;
}

export interface WaitConvergedOptions {
  readonly devices: readonly DemoDevice[];
  readonly libraryId: Buffer;
  readonly signal: AbortSignal;
  /** Told at each look what is still missing, and how each device stands, where all of them say. */
  readonly onLook: (missing: string, statuses: readonly NamedStatus[]) => void;
  /** They have to go on agreeing on the same for so long: totals of a location are written a second after its files. */
  readonly quietMs: number;
  /** Without any progress for so long it is given up. */
  readonly stuckMs?: number;
}

/** Looking costs the devices work: it takes up no more than a sixth of their time, however much they hold. */
const pollMs = 100;
const restPerLook = 5;
const stuckAfterMs = 120_000;

/**
 * Waits until all devices are settled, and their dumps are equal and stay as they are for `quietMs`. Throws
 * `deadline-exceeded`, naming what is missing, when nothing changes any more and they are not; the reason of the
 * signal when that is aborted.
 */
export async function waitConverged(options: WaitConvergedOptions): Promise<Convergence> {
  const { devices, libraryId, signal, onLook, quietMs, stuckMs = stuckAfterMs } = options;
  let seen = '';
  let changedMs = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const lookedMs = performance.now();
    const look = await lookAt(devices, libraryId);
    const nowMs = performance.now();
    if (look.trace !== seen) {
      seen = look.trace;
      changedMs = nowMs;
    }
    onLook(look.missing, look.statuses);
    if (look.converged !== undefined && nowMs - changedMs >= quietMs) {
      return { devices: look.converged, atMs: changedMs };
    }
    if (nowMs - changedMs > stuckMs) {
      throw new ShoalError(
        'deadline-exceeded',
        `the devices do not agree, and nothing moves any more: ${look.missing}`,
      );
    }
    await delay(Math.max(pollMs, restPerLook * (nowMs - lookedMs)), undefined, { signal });
  }
}

interface Look {
  readonly converged?: readonly ConvergedDevice[];
  readonly missing: string;
  readonly statuses: readonly NamedStatus[];
  /** Another text than at the last look: something moved. */
  readonly trace: string;
}

async function lookAt(devices: readonly DemoDevice[], libraryId: Buffer): Promise<Look> {
  try {
    const statuses = await Promise.all(devices.map((device) => statusOf(device, libraryId)));
    const named = statuses.map(({ device, status }) => ({ name: device.name, status }));
    const missing = unsettled(named);
    if (missing.length > 0) return { missing: missing.join(', '), statuses: named, trace: traceOf(statuses) };
    const digests = await Promise.all(
      statuses.map(async ({ device }) => dumpDigest(await device.gateway(), libraryId)),
    );
    const isEqual = new Set(digests).size === 1;
    if (!isEqual) return { missing: 'dumps differ', statuses: named, trace: digests.join() };
    return {
      missing: '',
      statuses: named,
      trace: digests.join(),
      converged: statuses.map((it, index) => ({ ...it, digest: digests[index]! })),
    };
  } catch (error) {
    // A service restarts; whatever else it is will not pass by itself.
    if (error instanceof ShoalError && error.retryable)
      return { missing: error.message, statuses: [], trace: error.message };
    throw error;
  }
}

async function statusOf(device: DemoDevice, libraryId: Buffer) {
  const gateway = await device.gateway();
  return { device, status: await gateway.getStatus({ libraryId }) };
}

function traceOf(statuses: readonly { readonly status: StatusReply }[]): string {
  return JSON.stringify(
    statuses.map(({ status: { capture, log, ingest, records } }) => [
      capture?.outbox,
      capture?.locations.map(({ entries }) => entries),
      log?.headSeq,
      ingest?.appliedSeq,
      records.map(({ records }) => records),
    ]),
  );
}
