/** A checker found a promise broken. */
export class Broken extends Error {
  /** The rule at stake. */
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(`[${rule}] ${message}`);
    this.name = 'Broken';
    this.rule = rule;
  }
}

/** Throws `Broken` unless the promise holds; the message is made only when it does not. */
export function mustHold(holds: boolean, rule: string, message: () => string): void {
  if (!holds) throw new Broken(rule, message());
}
