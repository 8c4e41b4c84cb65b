export { type DurableStep, durableStep, durableSteps, onDurableStep } from './durable-step.ts';
