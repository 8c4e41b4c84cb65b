const endpointVariable = 'OTEL_EXPORTER_OTLP_ENDPOINT';

/** What a process finds in its environment that is to tell a receiver. */
export function toldTo(endpoint: string): Readonly<Record<string, string>> {
  return { [endpointVariable]: endpoint };
}

/** Lets this process tell a receiver for as long as `work` takes: exporters look when they are made. */
export async function whileToldTo<T>(endpoint: string, work: () => Promise<T>): Promise<T> {
  process.env[endpointVariable] = endpoint;
  try {
    return await work();
  } finally {
    delete process.env[endpointVariable];
  }
}
