import type { ModelName, RecordId, RecordRef } from './ids.ts';

/**
 * Values by record. As a map by `refKey` would be, without making a text of each reference that is asked for: plans
 * and captures ask many times for thousands of records. `values` come model by model, within one as they were set.
 */
export class RefMap<Value> {
  /** The model that was asked for last, and its values: mostly many of one model are asked for in a row. */
  #model: ModelName | undefined;
  #values: Map<RecordId, Value> | undefined;
  /** All models, once there are two: most maps are small and many are empty. */
  #valuesByModel: Map<ModelName, Map<RecordId, Value>> | undefined;

  get(ref: RecordRef): Value | undefined {
    return this.#of(ref.model)?.get(ref.id);
  }

  has(ref: RecordRef): boolean {
    return this.#of(ref.model)?.has(ref.id) === true;
  }

  set(ref: RecordRef, value: Value): void {
    const values = this.#of(ref.model) ?? this.#add(ref.model);
    values.set(ref.id, value);
  }

  /** Whether there was a value. */
  delete(ref: RecordRef): boolean {
    return this.#of(ref.model)?.delete(ref.id) === true;
  }

  *values(): Iterable<Value> {
    const all = this.#valuesByModel?.values() ?? (this.#values === undefined ? [] : [this.#values]);
    for (const values of all) yield* values.values();
  }

  #of(model: ModelName): Map<RecordId, Value> | undefined {
    if (model === this.#model) return this.#values;
    if (this.#valuesByModel === undefined) return undefined;
    this.#model = model;
    this.#values = this.#valuesByModel.get(model);
    return this.#values;
  }

  #add(model: ModelName): Map<RecordId, Value> {
    const values = new Map<RecordId, Value>();
    if (this.#valuesByModel === undefined && this.#model !== undefined)
      this.#valuesByModel = new Map([[this.#model, this.#values!]]);
    this.#valuesByModel?.set(model, values);
    this.#model = model;
    this.#values = values;
    return values;
  }
}
