import type { Draft } from '@shoal/core';
import type { OutboxItem } from '../store/outbox-store.ts';

/** What the outbox keeps of a draft: the payload of log-based models only (CHG-7). */
export function outboxItem(
  draft: Draft,
  rank: number,
  payload: Buffer,
  now: { readonly wallMs: number; readonly traceParent: string },
): OutboxItem {
  const { ref, spec, dot, change, stored } = draft;
  return {
    ref,
    dot,
    change,
    kept: spec.strategy === 'log' ? { version: stored.state.version, payload } : null,
    scope: scopeOf(draft),
    rank,
    wallMs: now.wallMs,
    traceParents: now.traceParent === '' ? [] : [now.traceParent],
  };
}

/** A delete stays in the scope that its record was in (REP-7). */
function scopeOf({ spec, change, before, stored }: Draft): string | null {
  if (spec.scope === null) return null;
  const { state } = change === 'delete' ? (before ?? stored) : stored;
  const scope = state.fields.get(spec.scope)?.[0]?.value;
  return typeof scope === 'string' ? scope : null;
}
