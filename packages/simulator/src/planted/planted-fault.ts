import type { Parts } from '../parts.ts';

/** A mistake that somebody could make: a fleet with one of its parts replaced by a simpler one. */
export interface PlantedFault {
  /** What the mistaken code does. */
  readonly name: string;
  /** The rule that it breaks. */
  readonly rule: string;
  readonly parts: Partial<Parts>;
}
