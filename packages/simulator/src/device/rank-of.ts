import { depthFinder, type ModelSpec, packRank, type RecordRef, type ViewReader } from '@shoal/core';
import { registry } from '../data/domain.ts';

/** The place of a record in dependency order: its model, and how deep it lies in its own kind (DEP-1). */
export function rankOf(reader: Pick<ViewReader, 'record'>, spec: ModelSpec, ref: RecordRef): number {
  const { name, priority } = spec;
  return packRank({ level: registry.level(name), priority, depth: depthFinder(reader)(spec, ref) });
}
