import type { ModelName, RecordId, RecordRef } from './ids.ts';

/**
 * Values by record. As a map by `refKey` would be, without making a text of each reference that is asked for: plans
 * and captures ask many times for thousands of records. `values` come model by model, within one as they were set.
 */
export class RefMap<Value> {
  readonly #valuesByModel = new Map<ModelName, Map<RecordId, Value>>();
  #lastModel: ModelName | undefined;
  #last: Map<RecordId, Value> | undefined;

  get(ref: RecordRef): Value | undefined {
    return this.#of(ref.model)?.get(ref.id);
  }

  has(ref: RecordRef): boolean {
    return this.#of(ref.model)?.has(ref.id) === true;
  }

  set(ref: RecordRef, value: Value): void {
    let values = this.#of(ref.model);
    if (values === undefined) {
      values = new Map();
      this.#valuesByModel.set(ref.model, values);
      this.#last = values;
    }
    values.set(ref.id, value);
  }

  /** Whether there was a value. */
  delete(ref: RecordRef): boolean {
    return this.#of(ref.model)?.delete(ref.id) === true;
  }

  *values(): Iterable<Value> {
    for (const values of this.#valuesByModel.values()) yield* values.values();
  }

  /** Mostly many of one model are asked for in a row. */
  #of(model: ModelName): Map<RecordId, Value> | undefined {
    if (model !== this.#lastModel) {
      this.#last = this.#valuesByModel.get(model);
      this.#lastModel = model;
    }
    return this.#last;
  }
}
