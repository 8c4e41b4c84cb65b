import type { EntitySchema } from '@mikro-orm/core';
import { ShoalError } from '@shoal/core';
import type { SyncDeclaration } from './sync-model.ts';

/** What a declaration says in one word out of a few, and what each of them means. */
const words = {
  strategy: ["'log' (all devices write it) or 'state' (its owner alone does)", ['log', 'state']],
  domain: ["'user-metadata' or 'index'", ['user-metadata', 'index']],
  granularity: ["'field' (fields merge one by one) or 'row'", ['field', 'row']],
} as const;

const ownershipKinds = ['shared', 'self', 'device', 'through', 'claims'];
const engineProperties = ['id', 'uuid', 'version'];

/**
 * Checks what a compiler checks, for a declaration in JavaScript: each word is one of those that there are, and the
 * entity has the columns of the engine. Throws `invalid-model`, saying what to write.
 */
export function checkDeclaration(entity: EntitySchema, declaration: SyncDeclaration): void {
  const { name, ownership } = declaration;
  const refuse = (reason: string): never => {
    throw new ShoalError('invalid-model', `model "${name}" ${reason}`, { model: name });
  };
  if (typeof name !== 'string') refuse("has no name; write name: 'note', a name for good");
  for (const key of ['strategy', 'domain', 'granularity'] as const) {
    const [expected, known] = words[key];
    const said = declaration[key];
    if (said === undefined && key !== 'strategy') continue;
    const found = said === undefined ? `names no ${key}` : `names the unknown ${key} "${said}"`;
    if (!known.some((word) => word === said)) refuse(`${found}; write ${key}: ${expected}`);
  }
  if (!ownershipKinds.includes(ownership?.kind)) {
    refuse("does not say who owns its records; write ownership: { kind: 'shared' } where all devices do");
  }
  const missing = engineProperties.filter((property) => !Object.hasOwn(entity.meta.properties, property));
  if (missing.length > 0) {
    refuse(
      `lacks ${missing.map((each) => `"${each}"`).join(', ')}; write properties: { ...syncColumns, … } in its entity`,
    );
  }
}
