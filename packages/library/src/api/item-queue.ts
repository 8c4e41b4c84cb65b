/** What waits for one who takes it, one at a time. */
export interface ItemQueue<T extends object> {
  add(item: T): void;
  /** What waits is of no use any more: a gap takes its place. */
  gap(): void;
  /** Nothing comes any more; with a failure, who takes behind what waits gets its error. */
  end(failure?: { readonly error: unknown }): void;
  /** The next, or as soon as there is one. */
  take(): Promise<T | 'gap' | 'end'>;
}

/** A queue of at most `itemsMax`; with one more all that waits becomes a gap. */
export function itemQueue<T extends object>(itemsMax: number): ItemQueue<T> {
  let items: (T | 'gap')[] = [];
  let ending: { readonly failure: { readonly error: unknown } | undefined } | undefined;
  let wake: () => void = () => {};
  const queue: ItemQueue<T> = {
    add(item) {
      if (items.length >= itemsMax) queue.gap();
      else items.push(item);
      wake();
    },
    gap() {
      items = ['gap'];
      wake();
    },
    end(failure) {
      ending ??= { failure };
      wake();
    },
    async take() {
      for (;;) {
        const item = items.shift();
        if (item !== undefined) return item;
        if (ending?.failure !== undefined) throw ending.failure.error;
        if (ending !== undefined) return 'end';
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
    },
  };
  return queue;
}
