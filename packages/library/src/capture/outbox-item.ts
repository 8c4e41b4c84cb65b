import { packRank } from '@shoal/core';
import type { OutboxItem } from '../store/outbox-store.ts';
import type { CaptureContext } from './capture-writes.ts';
import type { Draft, Drafts } from './drafts.ts';
import { depthFinder } from './record-depth.ts';

/** Finds the ranks of drafts (DEP-1); ask before their states are stored: what is deleted stood where it stood. */
export function rankFinder({ store }: CaptureContext, drafts: Drafts): (draft: Draft) => number {
  const depthBefore = depthFinder(store.reader);
  const depthAfter = depthFinder(drafts.reader);
  return ({ ref, spec, change }) => {
    const depth = (change === 'delete' ? depthBefore : depthAfter)(spec, ref);
    return packRank({ level: store.registry.level(ref.model), priority: spec.priority, depth });
  };
}

/** What the outbox keeps of a draft: the payload of log-based models only (CHG-7). */
export function outboxItem(draft: Draft, rank: number, payload: Buffer, wallMs: number): OutboxItem {
  const { ref, spec, dot, change, stored } = draft;
  return {
    ref,
    dot,
    change,
    kept: spec.strategy === 'log' ? { version: stored.state.version, payload } : null,
    scope: scopeOf(draft),
    rank,
    wallMs,
  };
}

/** A delete stays in the scope that its record was in (REP-7). */
function scopeOf({ spec, change, before, stored }: Draft): string | null {
  if (spec.scope === null) return null;
  const { state } = change === 'delete' ? (before ?? stored) : stored;
  const scope = state.fields.get(spec.scope)?.[0]?.value;
  return typeof scope === 'string' ? scope : null;
}
