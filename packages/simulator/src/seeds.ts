import { readdirSync, readFileSync } from 'node:fs';
import type { Scenario } from './scenario.ts';

/** A scenario that once broke a promise: in core, in a service, or in a checker. Kept for good. */
export interface Seed {
  readonly name: string;
  /** The rule that was broken. */
  readonly rule: string;
  /** What happens in it, for people. */
  readonly story: string;
  readonly scenario: Scenario;
}

const folder = new URL('../seeds/', import.meta.url);

/** Every seed of `packages/simulator/seeds`, by name. */
export function readSeeds(): Seed[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8');
      return { name: file.slice(0, -'.json'.length), ...(JSON.parse(text) as Omit<Seed, 'name'>) };
    });
}
