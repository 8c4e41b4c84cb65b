/** A row that is written, as far as it tells whether it is synced. */
export interface GatedRow {
  /** It has a UUID, so that it would be captured. */
  readonly isNamed: boolean;
  /** Something of it was captured before. */
  readonly wasCaptured: boolean;
  /** What its model's gate says of it now; null: the model has none. */
  readonly isOpen: boolean | null;
  /** Whether the transaction is one that syncs (S0-55). */
  readonly isSynced: boolean;
}

/** What becomes of its UUID: it stays as it is, is given, is taken; or the write is refused. */
export type Gated = 'as-is' | 'name' | 'unname' | 'refuse';

/**
 * Whether a row is synced, judged at capture and one-way (CHG-9): what was captured once is synced for good, so a
 * transaction without sync may not write it; of other rows the gate decides, and without sync none gets a UUID (S0-12).
 */
export function planGate({ isNamed, wasCaptured, isOpen, isSynced }: GatedRow): Gated {
  if (wasCaptured) return isSynced ? 'as-is' : 'refuse';
  const isOut = isSynced && (isOpen ?? isNamed);
  if (isOut === isNamed) return 'as-is';
  return isOut ? 'name' : 'unname';
}
