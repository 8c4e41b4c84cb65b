export * from './entry.ts';
export * from './ids.ts';
export * from './record-payload.ts';
export * from './records-changed.ts';
export * from './sighting.ts';
export * from './value.ts';
export * from './vector.ts';
export * from './version.ts';
