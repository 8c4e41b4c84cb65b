import { expect, test } from 'vitest';
import { type DurableStep, durableStep, durableSteps, onDurableStep } from './durable-step.ts';

test('a step is heard where it happens, by whoever listens at that moment', () => {
  const heard: DurableStep[] = [];
  durableStep('relay.after-drain');
  const stop = onDurableStep((step) => heard.push(step));
  durableStep('relay.after-append');
  expect(heard).toEqual(['relay.after-append']);
  stop();
  durableStep('relay.after-clear');
  expect(heard).toEqual(['relay.after-append']);
});

test('every step has a name of its own', () => {
  expect(new Set(durableSteps).size).toBe(durableSteps.length);
});
