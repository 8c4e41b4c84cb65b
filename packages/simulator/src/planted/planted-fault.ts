import type { Parts } from '../parts.ts';
import type { FaultKind } from '../scenario.ts';

/** A mistake that somebody could make: a fleet with one of its parts replaced by a simpler one. */
export interface PlantedFault {
  /** What the mistaken code does. */
  readonly name: string;
  /** The rule that it breaks. */
  readonly rule: string;
  readonly parts: Partial<Parts>;
  /** The kinds of faults of the world that bring it out soonest; without, any. */
  readonly faults?: readonly FaultKind[];
  /** Tried on histories of all that the built-in models allow. */
  readonly isWhole?: boolean;
  /** The seed of `seeds/` that brings it out, where chance seldom does. */
  readonly keptSeed?: string;
}
