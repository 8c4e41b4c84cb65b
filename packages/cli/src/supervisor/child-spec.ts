import type { ShoalError } from '@shoal/core';

/** A program that a supervisor keeps running. */
export interface ChildSpec {
  /** As people know it: `capture`, `nats`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Where stdout and stderr go. */
  readonly logFile: string;
  /** Whether the process of that pid has said that it is ready. Asked again until it is true. */
  readonly isReady: (pid: number) => Promise<boolean>;
  /** Why it cannot start, where its log does not end in a word of ours. */
  readonly explain?: () => Promise<ShoalError | undefined>;
  /** Done before a run counts as ready, at every start. */
  readonly onReady?: (run: { readonly pid: number; readonly startTime: string }) => Promise<void>;
}

/** What happened to a child. */
export type ChildEvent =
  | { readonly kind: 'started'; readonly name: string; readonly pid: number }
  | { readonly kind: 'ready'; readonly name: string; readonly pid: number }
  | {
      readonly kind: 'ended';
      readonly name: string;
      readonly pid: number;
      /** `exit code 1`, `SIGKILL`. */
      readonly how: string;
      /** Nobody asked for it. */
      readonly isUnexpected: boolean;
      /** It did not get ready before either: nothing new. */
      readonly isTold: boolean;
    }
  | { readonly kind: 'failed'; readonly name: string; readonly reason: string };
