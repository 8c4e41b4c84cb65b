import type { DeviceId, LibraryId, ShoalError } from '@shoal/core';
import type { ViewChange } from '@shoal/library';
import type { EntryChange } from '../index/entry-store.ts';

/** What the thread needs to know to write into a library; no key of it: nothing is sealed there. */
export interface ThreadLibrary {
  /** The file library.db. */
  readonly path: string;
  readonly libraryId: LibraryId;
  readonly device: DeviceId;
  /** The models module of the device; null: the built-in models. */
  readonly modelsFile: string | null;
  /** Names derived records (MRG-6). */
  readonly secret: Uint8Array;
}

/** What the thread is told, in order. */
export type ToThread =
  | {
      readonly kind: 'apply';
      readonly id: number;
      readonly library: ThreadLibrary;
      readonly location: number;
      readonly changes: readonly EntryChange[];
    }
  | { readonly kind: 'close'; readonly id: number; readonly path: string };

/** What it answers: once that it is there, and to each message one of the others. */
export type FromThread =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'applied'; readonly id: number } & ThreadApplied)
  | { readonly kind: 'closed'; readonly id: number }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly code: ShoalError['code'];
      readonly message: string;
      readonly subject: ShoalError['subject'];
    };

/** What a batch did, committed. */
export interface ThreadApplied {
  readonly keyByRef: ReadonlyMap<number, number>;
  readonly changes: readonly ViewChange[];
}
