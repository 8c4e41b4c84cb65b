import type { ModelSet } from '@shoal/models';

/** One model as people see it. */
export interface DescribedModel {
  readonly name: string;
  readonly table: string;
  /** Who writes it: all devices, or its owner. */
  readonly ownership: string;
  readonly strategy: string;
  readonly schemaVersion: number;
  readonly fields: readonly string[];
}

/** The models of a device, parents before children. */
export function describeModels({ registry }: ModelSet): readonly DescribedModel[] {
  return registry.specs.map(({ name, table, ownership, strategy, schemaVersion, fields }) => ({
    ...{ name, table, strategy, schemaVersion },
    ownership: ownership.kind,
    fields: fields.map((field) => field.name),
  }));
}

/** The same as lines of text. */
export function modelLines(models: readonly DescribedModel[]): string[] {
  const width = Math.max(...models.map(({ name }) => name.length));
  return models.map(
    ({ name, strategy, ownership, fields }) =>
      `${name.padEnd(width)}  ${strategy}, ${ownership}: ${fields.join(' ')}`,
  );
}
