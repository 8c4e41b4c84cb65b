export * from './parts.ts';
export * from './run-scenario.ts';
export * from './scenario.ts';
