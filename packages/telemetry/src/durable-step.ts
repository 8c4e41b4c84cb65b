import { channel } from 'node:diagnostics_channel';

/**
 * The points between two things that last, each named `WHO.WHEN`: what a process has done there stays, what it has not
 * done is done again by the next one (ING-2). docs/durable-steps.md says of each what a crash at it leaves.
 */
export const durableSteps = [
  'opening.after-migrate',
  'opening.after-life',
  'capture.before-commit',
  'capture.after-commit',
  'relay.after-drain',
  'relay.after-append',
  'relay.after-clear',
  'append.before-commit',
  'append.after-commit',
  'append.after-publish',
  'store.before-commit',
  'store.after-commit',
  'round.before-claim',
  'round.after-claim',
  'ingest.before-commit',
  'ingest.after-commit',
  'acknowledge.before-commit',
  'acknowledge.after-commit',
  'compact.before-commit',
  'compact.after-commit',
  'reappend.after-page',
  'reappend.before-whole',
] as const;

/** One of them. */
export type DurableStep = (typeof durableSteps)[number];

const steps = channel('shoal:durable-step');

/** Says that this process stands at a step. Costs one comparison where nobody listens; never throws. */
export function durableStep(step: DurableStep): void {
  if (steps.hasSubscribers) steps.publish(step);
}

/**
 * Hears of every step of this process, at the step: nothing goes on until `listener` returns. What it throws ends the
 * process as a bug does. Returns how to stop.
 */
export function onDurableStep(listener: (step: DurableStep) => void): () => void {
  const hear = (step: unknown) => listener(step as DurableStep);
  steps.subscribe(hear);
  return () => void steps.unsubscribe(hear);
}
