import { type StartService, serviceLife, serviceNames, startServiceTelemetry } from '@shoal/service-kit';

/**
 * Starts the four services of a home in this process and returns what stops them. Loaded only here: a supervisor of
 * processes needs none of their code. When one cannot start, those that did are stopped.
 */
export async function startInProcess(home: string): Promise<{ stop(): Promise<void> }> {
  const starts: Readonly<Record<(typeof serviceNames)[number], StartService>> = {
    capture: (await import('@shoal/capture')).start,
    'log-store': (await import('@shoal/log-store')).start,
    ingest: (await import('@shoal/ingest')).start,
    gateway: (await import('@shoal/gateway')).start,
  };
  const telemetry = await startServiceTelemetry('device', home);
  const lives = serviceNames.map((name) => serviceLife(name, starts[name], { home }));
  const stop = async () => {
    const isLogStore = ({ name }: { readonly name: string }) => name === 'log-store';
    await Promise.all(lives.filter((life) => !isLogStore(life)).map((life) => life.stop()));
    // What the others have in hand goes through it.
    await lives.find(isLogStore)?.stop();
    await telemetry.stop();
  };
  const settled = await Promise.allSettled(lives.map((life) => life.start()));
  const failure = settled.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  return { stop };
}
