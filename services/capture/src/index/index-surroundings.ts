/** Where the indexer says what went wrong; pino's logger is one. Paths only at debug level, never content. */
export interface IndexLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** The two clocks of the indexer, in milliseconds. */
export interface IndexClock {
  /** Since 1970, as the file system stamps its files. */
  wallMs(): number;
  /** Never backwards. */
  monotonicMs(): number;
}

/** The clocks of this machine. */
export const systemClock: IndexClock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
