import { describe, expect, test } from 'vitest';
import { planGate } from './plan-gate.ts';

const row = { isNamed: true, wasCaptured: false, isOpen: null, isSynced: true };

describe('the gate of a row', () => {
  test('[CHG-9] what was captured once is synced for good, whatever its gate says', () => {
    for (const isOpen of [true, false, null]) {
      expect(planGate({ ...row, wasCaptured: true, isOpen })).toBe('as-is');
      expect(planGate({ ...row, wasCaptured: true, isOpen, isSynced: false })).toBe('refuse');
    }
  });

  test('[CHG-9] [S0-12] of a row that never was, the gate decides; a model without one leaves it as it is', () => {
    expect(planGate({ ...row, isOpen: false })).toBe('unname');
    expect(planGate({ ...row, isOpen: true })).toBe('as-is');
    expect(planGate({ ...row, isOpen: true, isNamed: false })).toBe('name');
    expect(planGate({ ...row, isOpen: false, isNamed: false })).toBe('as-is');
    expect(planGate(row)).toBe('as-is');
    expect(planGate({ ...row, isNamed: false })).toBe('as-is');
  });

  test('[CHG-9] [S0-55] without sync no row gets a UUID, and one that was never captured loses it', () => {
    for (const isOpen of [true, null]) {
      expect(planGate({ ...row, isOpen, isSynced: false })).toBe('unname');
      expect(planGate({ ...row, isOpen, isSynced: false, isNamed: false })).toBe('as-is');
    }
  });
});
