import type { Bus, OnBusError } from '../bus.ts';

/** A bus under test, with many endpoints and one cable that all of them hang on. */
export interface BusBench {
  connect(onError?: OnBusError): Promise<Bus>;
  /** Resolves when all endpoints know that they are disconnected. */
  cut(): Promise<void>;
  /** Resolves when all endpoints are connected again. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

let probes = 0;

/** Waits until what `bus` subscribed so far is known to the whole bus: its own request overtakes nothing. */
export async function settled(bus: Bus): Promise<void> {
  probes += 1;
  const subject = `local.probe.${process.pid}.${probes}`;
  const probe = bus.serve(subject, async (payload) => payload);
  await bus.request(subject, new Uint8Array(), { timeoutMs: 5_000 });
  await probe.stop();
}
