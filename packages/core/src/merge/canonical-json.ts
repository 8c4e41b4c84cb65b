import { limits } from '../limits.ts';

/** A JSON value that was parsed. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Parses JSON as it may come from anywhere: undefined for what is none, and for what is nested deeper than is merged. */
export function parseJson(text: string): Json | undefined {
  try {
    const json = JSON.parse(text) as Json;
    return isWithinDepth(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** The one text of a JSON value: keys in order, no spaces. Equal values, equal text. */
export function formatJson(json: Json): string {
  if (isArray(json)) return `[${json.map(formatJson).join(',')}]`;
  if (!isObject(json)) return JSON.stringify(json);
  return `{${sortedEntries(json)
    .map(([key, value]) => `${JSON.stringify(key)}:${formatJson(value)}`)
    .join(',')}}`;
}

export function isArray(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

export function isObject(json: Json): json is { readonly [key: string]: Json } {
  return typeof json === 'object' && json !== null && !isArray(json);
}

/** Level by level, as texts may be nested deeper than functions can call themselves. */
function isWithinDepth(json: Json): boolean {
  let level: Json[] = [json];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limits.jsonDepthMax) return false;
    level = level.flatMap((value) => (isArray(value) || isObject(value) ? Object.values(value) : []));
  }
  return true;
}

/** The members of an object in order of their keys. */
function sortedEntries(json: { readonly [key: string]: Json }): [key: string, value: Json][] {
  return Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1));
}
