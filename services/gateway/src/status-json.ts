import { lifeFromBytes, type StatusReply, uuidFromBytes } from '@shoal/proto';

/** A status as JSON for people and tools: ids as UUIDs, streams as text, names as in the contract. */
export function statusJson(status: StatusReply): unknown {
  return toJson(status);
}

function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return idText(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(
    ([name, field]) => field !== undefined && name !== '_unknownFields',
  );
  return Object.fromEntries(fields.map(([name, field]) => [name, toJson(field)]));
}

/** All bytes in a status are ids: of 16 bytes a UUID's, of 24 a stream's. */
function idText(bytes: Uint8Array): string {
  if (bytes.length === 16) return uuidFromBytes(bytes, 'id');
  if (bytes.length === 24) return lifeFromBytes(bytes, 'stream');
  return Buffer.from(bytes).toString('base64');
}
