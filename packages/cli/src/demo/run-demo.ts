import { join } from 'node:path';
import { uuidToBytes } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import { homePaths } from '@shoal/service-kit';
import { folderTotals } from '../ask/folder-totals.ts';
import type { CliConfig } from '../config.ts';
import { createProgressMeter } from '../progress/progress-meter.ts';
import { describeEvent } from '../show/describe-event.ts';
import type { Output } from '../show/output.ts';
import { cleanUp } from '../supervisor/clean-up.ts';
import { superviseDevice } from '../supervisor/supervise-device.ts';
import { superviseHub } from '../supervisor/supervise-hub.ts';
import { type DemoDevice, demoDevice } from './demo-device.ts';
import { openDemoHomes } from './demo-homes.ts';
import type { DemoPlan } from './demo-options.ts';
import { demoResult, resultLines } from './demo-result.ts';
import { demoStory } from './demo-story.ts';
import { demoWork } from './demo-work.ts';
import { makeSampleFolder } from './sample-folder.ts';
import { tellChanges } from './tell-changes.ts';
import { type WaitConvergedOptions, waitConverged } from './wait-converged.ts';

/** Longer than any write of a device that follows on its own, such as the totals of a location. */
const quietMs = 1_500;

export interface RunDemoOptions {
  readonly plan: DemoPlan;
  readonly config: CliConfig;
  readonly output: Output;
  /** Resolves when somebody asked the demo to end. */
  readonly ending: Promise<string>;
}

/**
 * The main job: a hub and some devices, all under this process; one folder indexed, tags on two sides; waits until
 * all have the same data, says so, and goes on showing what happens until it is asked to end. Throws `interrupted` where
 * it is to end by itself and is asked before.
 */
export async function runDemo({ plan, config, output, ending }: RunDemoOptions): Promise<void> {
  const startedMs = performance.now();
  const stopping = new AbortController();
  void ending.then(() => stopping.abort(new StopAsked()));
  const { signal } = stopping;
  const undo = cleanUp();
  const supervise = (name: string) => ({
    config,
    onEvent: (event: Parameters<typeof describeEvent>[0]) => {
      const line = describeEvent(event);
      if (line !== undefined) output.note(`${name}  ${line}`);
    },
  });
  try {
    output.progress('starting the hub');
    const hub = await superviseHub({ dir: join(plan.dir, 'hub'), ...supervise('hub') });
    undo.add(() => hub.stop());
    const { homes, library } = await openDemoHomes({ ...plan, hub: hub.hub });
    const libraryId = uuidToBytes(library.libraryId);
    const folder = plan.folder ?? join(plan.dir, 'sample');
    if (plan.folder === undefined) await makeSampleFolder(folder);
    signal.throwIfAborted();

    output.progress(`starting ${homes.length} devices`);
    const devices: DemoDevice[] = [];
    undo.add(async () => {
      await Promise.all(devices.map((device) => device.stop()));
    });
    const started = await Promise.allSettled(
      homes.map(async ({ paths, config: { name } }) => {
        const device = await superviseDevice({ home: paths.dir, ...supervise(name) });
        devices.push(demoDevice(name, device));
      }),
    );
    const failed = started.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    devices.sort((a, b) => (a.name < b.name ? -1 : 1));
    signal.throwIfAborted();
    output.note(`${devices.length} devices run, each with four services and a nats-server, beside a hub`);

    const telling = devices.map((device) =>
      tellChanges(device, { libraryId, signal, onLine: output.note }).catch((error: unknown) => {
        if (!signal.aborted) stopping.abort(error);
      }),
    );
    undo.add(async () => {
      stopping.abort(new StopAsked());
      await Promise.all(telling);
    });

    const [first, second] = devices;
    const story = demoStory(libraryId, output.note);
    const totals = folderTotals(first!.home.paths.dir, { libraryId, signal });
    const meter = createProgressMeter(output);
    const wait = (quietMs: number) => {
      const onLook: WaitConvergedOptions['onLook'] = (missing, statuses) => {
        for (const location of statuses[0]?.status.capture?.locations ?? []) totals.count(location);
        meter.show(demoWork(missing, statuses, totals.byPath));
      };
      return waitConverged({ devices, libraryId, signal, onLook, quietMs });
    };
    await story.addLocation(first!, folder);
    const tag = await story.makeTag(first!);
    if (second !== undefined) await story.makeTag(second);
    // The tag is for a file, so the index comes first.
    await wait(0);
    await story.applyTag(first!, tag);
    const { devices: converged, atMs } = await wait(quietMs);
    output.progress(undefined);
    const result = await demoResult({
      converged,
      elapsedMs: atMs - startedMs,
      libraryPaths: ({ home }) => homePaths(home.paths.dir).library(library.libraryId),
    });
    if (plan.isOnce) {
      for (const line of resultLines(result, plan)) output.note(line);
      await undo.run();
      return output.result(result, () => []);
    }
    output.result(result, () => resultLines(result, plan));
    output.note(`Change something in ${folder} and see. Ctrl-C ends it.`);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    signal.throwIfAborted();
  } catch (error) {
    // A wait that is aborted fails in its own words; why it was aborted stands in the signal.
    const reason: unknown = signal.aborted ? signal.reason : error;
    if (!(reason instanceof StopAsked)) throw reason;
    // Who waits for the result must not take this for one.
    if (plan.isOnce)
      throw new ShoalError('interrupted', 'the devices had not been seen to have the same data');
    output.note('stopping');
  } finally {
    output.progress(undefined);
    await undo.run();
  }
}

/** Somebody asked the demo to end: no failure. */
class StopAsked extends Error {}
