/** What a field holds, as its model says; with `?` it may be null. A reference is the UUID of a record. */
export type FieldKind = ValueKind | `${ValueKind}?`;

type ValueKind = 'text' | 'integer' | 'number' | 'boolean' | 'blob' | 'json' | 'reference';

/** A model as a client sees it: its name, and those of its fields that the program uses. */
export interface ModelShape<Kinds extends FieldKinds = FieldKinds> {
  readonly name: string;
  readonly fields: Kinds;
}

export type FieldKinds = { readonly [field: string]: FieldKind };

/** The values of a record of that shape. JSON comes parsed, of a type that the program has to look at. */
export type FieldsOf<Kinds extends FieldKinds> = {
  readonly [Field in keyof Kinds]: Kinds[Field] extends `${infer Kind extends ValueKind}?`
    ? ValueByKind[Kind] | null
    : Kinds[Field] extends ValueKind
      ? ValueByKind[Kinds[Field]]
      : never;
};

interface ValueByKind {
  readonly text: string;
  readonly integer: number;
  readonly number: number;
  readonly boolean: boolean;
  readonly blob: Uint8Array;
  readonly json: unknown;
  readonly reference: string;
}

/**
 * Says of a model what a program wants of it, so that what it reads and writes has types:
 * `modelShape('tag', { canonical_name: 'text', color: 'text?' })`. Names are those of `shoal record get MODEL`. What the
 * device says otherwise is refused when it is read, naming the field.
 */
export function modelShape<const Kinds extends FieldKinds>(name: string, fields: Kinds): ModelShape<Kinds> {
  return { name, fields };
}
