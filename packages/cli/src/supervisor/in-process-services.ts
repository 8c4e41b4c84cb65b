import { hostService, type StartedService, type StartService, serviceNames } from '@shoal/service-kit';

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
  const settled = await Promise.allSettled(
    serviceNames.map(async (name) => ({ name, service: await hostService(name, starts[name], { home }) })),
  );
  const started = new Map<string, StartedService>();
  for (const outcome of settled) {
    if (outcome.status === 'fulfilled') started.set(outcome.value.name, outcome.value.service);
  }
  const stop = async () => {
    const logStore = started.get('log-store');
    started.delete('log-store');
    await Promise.all([...started.values()].map((service) => service.stop()));
    // What the others have in hand goes through it.
    await logStore?.stop();
  };
  const failure = settled.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  return { stop };
}
