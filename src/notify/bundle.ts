/** Gathers what comes often, so that it is told of in one piece and no more than once in a while. */

export interface Bundle<T> {
  add(item: T): void;
  /** What has not been told of yet; it will not be by itself any more. */
  rest(): T[];
}

/**
 * `tell` gets everything that has come since it was last called: the first time after `soon` milliseconds, so that what
 * comes together is told together, and then no earlier than `period` after the last.
 */
export function bundle<T>(tell: (items: T[]) => void, { soon = 2000, period = 60_000 } = {}): Bundle<T> {
  let items: T[] = [];
  let last = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const rest = (): T[] => {
    clearTimeout(timer);
    timer = undefined;
    const all = items;
    items = [];
    return all;
  };
  return {
    rest,
    add: (item) => {
      items.push(item);
      timer ??= setTimeout(
        () => {
          last = Date.now();
          tell(rest());
        },
        Math.max(soon, last + period - Date.now()),
      );
      timer.unref();
    },
  };
}
