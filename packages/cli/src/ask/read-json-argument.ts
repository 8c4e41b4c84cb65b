import type { Readable } from 'node:stream';
import { limits, ShoalError } from '@shoal/core';

/**
 * The JSON object of an argument; without one, or for `-`, of stdin. Throws `invalid-argument` for what is no JSON
 * object, `payload-too-large` beyond what one write may take.
 */
export async function readJsonArgument(
  argument: string | undefined,
  stdin: Readable & { readonly isTTY?: boolean },
): Promise<Readonly<Record<string, unknown>>> {
  const fromStdin = argument === undefined || argument === '-';
  if (fromStdin && stdin.isTTY === true) {
    throw new ShoalError('invalid-argument', 'expected a JSON object as argument or on stdin', {
      field: 'fields',
    });
  }
  return parseJsonObject(fromStdin ? await readAll(stdin) : argument);
}

function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ShoalError('invalid-argument', 'expected a JSON object of fields', { field: 'fields' });
  }
  return value as Readonly<Record<string, unknown>>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ShoalError('invalid-argument', 'the fields are no JSON', { field: 'fields' }, error);
  }
}

async function readAll(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk));
    size += chunks.at(-1)!.length;
    if (size > limits.grpcMessageBytesMax) {
      throw new ShoalError('payload-too-large', `stdin: more than ${limits.grpcMessageBytesMax} bytes`, {
        field: 'fields',
      });
    }
  }
  return Buffer.concat(chunks).toString('utf8');
}
