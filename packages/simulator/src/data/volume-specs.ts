import type { ModelSpec } from '@shoal/core';
import { model, reference, text, union } from '@shoal/core/testing';

/**
 * What changes hands, as volumes do: who claimed it, boxes on it, and what is in them (MRG-5). Devices meet on volumes and
 * boxes by derived ids.
 */
export const volumeSpecs: readonly ModelSpec[] = [
  model('volume', { kind: 'claims', field: 'claims' }, [union('claims')], {
    granularity: 'row',
    deletes: 'edit-wins',
    ids: 'derived',
  }),
  model(
    'box',
    { kind: 'through', field: 'volume' },
    [text('label'), text('name'), reference('volume', 'volume', 'wait', false)],
    { granularity: 'row', deletes: 'edit-wins', ids: 'derived' },
  ),
  model('paper', { kind: 'through', field: 'box' }, [
    reference('box', 'box', 'wait', false),
    text('name'),
    reference('parent', 'paper', 'wait'),
    text('words'),
  ]),
];

/** The names of those. */
export const volumeModels: ReadonlySet<string> = new Set(volumeSpecs.map(({ name }) => name));
