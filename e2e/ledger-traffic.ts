import { fromJson, type Mutation, MutationKind, uuidToBytes } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import { uuidV7 } from '@shoal/service-kit';
import type { DeviceProcess } from '@shoal/testkit';
import type { LedgerWrite, WriteLedger } from './write-ledger.ts';

/** Clients of one device that write without pause, whatever becomes of its services. */
export interface LedgerTraffic {
  /** How many tags were made and answered. Throws what a write failed with, other than for want of a service. */
  made(): number;
  /** Ends after the round in hand. */
  stop(): Promise<void>;
}

export interface LedgerTrafficOptions {
  readonly device: DeviceProcess;
  readonly libraryId: Buffer;
  readonly ledger: WriteLedger;
  /** A tag that the clients of all devices write, each its own field. */
  readonly shared: { readonly id: string; readonly field: 'color' | 'icon' };
  /** So many tags are written as one, at the beginning. */
  readonly groupSize?: number;
}

type Write = LedgerWrite & { readonly model: string };

/**
 * Starts it. A round makes a tag, edits the one before it, deletes every third of those before that, writes a field of
 * a tag that others write too, and one of the device's own record, of which the log keeps the latest state only.
 */
export function startLedgerTraffic(options: LedgerTrafficOptions): LedgerTraffic {
  const { device, libraryId, ledger, shared, groupSize = 0 } = options;
  const { deviceId } = device.home.config;
  let answered = 0;
  let isStopping = false;

  async function send(writes: readonly Write[]): Promise<boolean> {
    const acknowledge = ledger.send(writes);
    try {
      const gateway = await device.gateway();
      // Short: a request that a killed service had in hand is never answered.
      await gateway.write({ libraryId, mutations: writes.map(mutationOf) }, { timeoutMs: 2_000 });
      acknowledge();
      return true;
    } catch (error) {
      // While a service restarts; anything else is a failure of the test.
      if (error instanceof ShoalError && !error.retryable) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return false;
    }
  }

  async function run(): Promise<void> {
    const group = Array.from({ length: groupSize }, (_, at) =>
      tag(uuidV7(Date.now()), 'canonical_name', `group ${at}`),
    );
    if (group.length > 0) await send(group);
    const made: string[] = [];
    for (let round = 0; !isStopping; round += 1) {
      const id = uuidV7(Date.now());
      // No value twice, so that one that is lost is not taken for another.
      const value = `${round} ${id}`;
      const isMade = await send([tag(id, 'canonical_name', `round ${value}`)]);
      if (isMade) made.push(id);
      const edited = made.at(-2);
      if (edited !== undefined && !(await send([tag(edited, 'color', value)]))) made.splice(-2, 1);
      const left = round % 3 === 0 ? made.splice(-3, made.length > 2 ? 1 : 0) : [];
      for (const gone of left) await send([{ model: 'tag', record: gone }]);
      await send([tag(shared.id, shared.field, value)]);
      await send([{ model: 'device', record: deviceId, field: 'created_by', value }]);
      if (isMade) answered += 1;
    }
  }

  const running = run();
  // Thrown by `made` and `stop`; before either of them it must not end the test run.
  let failure: unknown;
  running.catch((error: unknown) => {
    failure = error;
  });
  return {
    made: () => {
      if (failure !== undefined) throw failure;
      return answered;
    },
    stop: async () => {
      isStopping = true;
      await running;
    },
  };
}

function tag(record: string, field: string, value: string): Write {
  return { model: 'tag', record, field, value };
}

function mutationOf({ model, record, field, value }: Write): Mutation {
  const isDelete = field === undefined;
  return {
    kind: isDelete ? MutationKind.MUTATION_KIND_DELETE : MutationKind.MUTATION_KIND_PUT,
    model,
    recordId: uuidToBytes(record),
    fields: isDelete ? [] : fromJson({ [field]: value }),
    seen: [],
  };
}
