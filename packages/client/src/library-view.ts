import { ShoalError } from '@shoal/core';
import { type CallOptions, uuidFromBytes } from '@shoal/proto';
import type { GatewayClient } from './connect-gateway.ts';
import type { FieldKinds, ModelShape } from './model-shape.ts';
import { type ModelView, modelView } from './model-view.ts';

/** One library of a device. */
export interface LibraryView {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  /** Of the calls of the contract. */
  readonly libraryId: Buffer;
  model<Kinds extends FieldKinds>(shape: ModelShape<Kinds>): ModelView<Kinds>;
}

/**
 * The library of that name or UUID; where none is named, the only one that the device has. Throws `not-found`, and
 * `invalid-argument` where it is not clear which is meant.
 */
export async function libraryOf(
  gateway: GatewayClient,
  wanted?: string,
  options?: CallOptions,
): Promise<LibraryView> {
  const { libraries } = await gateway.listLibraries({}, options);
  const views = libraries.map(
    ({ libraryId, name }): LibraryView => ({
      id: uuidFromBytes(libraryId, 'library_id'),
      name,
      libraryId,
      model: (shape) => modelView(gateway, libraryId, shape),
    }),
  );
  const found = views.filter(({ id, name }) => wanted === undefined || id === wanted || name === wanted);
  const [first, ...others] = found;
  const names = views.map(({ id, name }) => `${name} (${id})`).join(', ') || 'none';
  if (first === undefined) {
    const asked = wanted === undefined ? 'no library' : `no library "${wanted}"`;
    throw new ShoalError('not-found', `the device has ${asked}, it has: ${names}`, { field: 'library' });
  }
  if (others.length === 0) return first;
  throw new ShoalError('invalid-argument', `"library": name one of ${names}, by its UUID`, {
    field: 'library',
  });
}
