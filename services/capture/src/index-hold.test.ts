import { limits } from '@shoal/core';
import { beforeEach, expect, test } from 'vitest';
import { createIndexHold, type IndexHold } from './index-hold.ts';

const many = limits.indexHoldChangesMin;
let now: { ms: number; isComparing: boolean; isOnlyIndex: boolean };
let hold: IndexHold;

beforeEach(() => {
  now = { ms: 0, isComparing: true, isOnlyIndex: true };
  hold = createIndexHold({
    isComparing: () => now.isComparing,
    isOnlyIndex: () => now.isOnlyIndex,
    nowMs: () => now.ms,
  });
});

test('[CHG-8] what an index finds is held from its first large batch until it rests', () => {
  hold.writing(many - 1);
  expect(hold.isHeld()).toBe(false);
  hold.writing(many);
  expect(hold.isHeld()).toBe(true);
  now.isComparing = false;
  expect(hold.isHeld()).toBe(false);
  now.isComparing = true;
  expect(hold.isHeld()).toBe(false);
  hold.writing(many);
  expect(hold.isHeld()).toBe(true);
});

test('[CHG-8] an index of many files is held for a bounded time, once', () => {
  hold.writing(many);
  now.ms = limits.indexHoldMs - 1;
  hold.writing(many);
  expect(hold.isHeld()).toBe(true);
  now.ms = limits.indexHoldMs;
  hold.writing(many);
  expect(hold.isHeld()).toBe(false);
  now.ms *= 2;
  hold.writing(many);
  expect(hold.isHeld()).toBe(false);
});

test('[CHG-8] anything else that waits to be shipped ends the wait for as long as it is there', () => {
  hold.writing(many);
  now.isOnlyIndex = false;
  expect(hold.isHeld()).toBe(false);
  now.isOnlyIndex = true;
  expect(hold.isHeld()).toBe(true);
});
