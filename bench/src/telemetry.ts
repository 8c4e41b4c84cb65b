import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  inTraceOf,
  noteStep,
  startTelemetry,
  type TelemetryOptions,
  type TracedEntry,
} from '@shoal/telemetry';
import { startFleet } from '@shoal/testkit';
import { type BulkOptions, bulkStages } from './bulk.ts';
import { toldTo, whileToldTo } from './config.ts';
import { pairFigures, runPairs } from './pairs.ts';
import type { Scenario } from './scenario.ts';
import { rounded } from './statistics.ts';

const rows = 10_000;

/**
 * The work of `bulk-10k` with telemetry on (numbers, and every tenth transaction followed, to a receiver on this
 * machine) against the same with telemetry off; and what telemetry that is off takes of each entry.
 */
export const telemetry: Scenario = {
  name: 'telemetry',
  async run(options) {
    const receiver = await startSink();
    const off = await startFleet();
    const on = await startFleet({
      env: {
        ...toldTo(receiver.endpoint),
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.1',
      },
    });
    try {
      const pairs = await runPairs(options, this.name, {
        measure: () =>
          whileFollowed(receiver.endpoint, async (bulk) => (await bulkStages(on, rows, bulk)).applied),
        floor: async () => (await bulkStages(off, rows)).applied,
      });
      if (receiver.requests() === 0) throw new Error('nothing was told to the receiver');
      return { name: this.name, ...pairFigures(pairs), offNsPerEntry: rounded(offNsPerEntry()) };
    } finally {
      await on.close();
      await off.close();
      receiver.stop();
    }
  },
};

/** Of this process nothing is followed but what begins elsewhere. */
const own: TelemetryOptions = {
  service: 'bench',
  version: '1',
  attributes: {},
  config: {
    traces: 'http/protobuf',
    metrics: 'http/protobuf',
    prometheus: false,
    sampler: { isParentBased: true, ratio: 0 },
    spansMs: 5_000,
    numbersMs: 60_000,
  },
};

/** Lets this process, which writes, tell what it does; of ten transactions the fifth is followed. */
async function whileFollowed<T>(endpoint: string, work: (options: BulkOptions) => Promise<T>): Promise<T> {
  const told = await whileToldTo(endpoint, () => startTelemetry(own));
  const around: BulkOptions['around'] = (write, batch) =>
    batch % 10 === 4 ? inTraceOf(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, write) : write();
  try {
    return await work({ around });
  } finally {
    await told.stop();
  }
}

/** What noting a step costs for an entry that nobody follows, in ns. */
function offNsPerEntry(): number {
  const entries = Array.from(
    { length: 1_000 },
    (): TracedEntry => ({ libraryId: 'l', model: 'tag', recordId: 'r', traceParent: '', wallMs: 0 }),
  );
  const turns = 10_000;
  for (let turn = 0; turn < turns / 10; turn++) noteStep('shoal.apply', entries, 0);
  const startedMs = performance.now();
  for (let turn = 0; turn < turns; turn++) noteStep('shoal.apply', entries, 0);
  return ((performance.now() - startedMs) * 1e6) / (turns * entries.length);
}

/** Takes what it is told, and keeps nothing. */
async function startSink() {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    request.resume().on('end', () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests: () => requests,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
