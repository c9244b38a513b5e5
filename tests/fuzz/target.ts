/** What the runner of the fuzzers needs of one: a property that must hold for every input, and what to open for it. */
import type fc from "fast-check";

export interface Opened {
  /** Rejects, or is false, for an input that does harm. */
  readonly property: fc.IAsyncProperty<never>;
  close(): Promise<void>;
}

export interface Target {
  readonly id: string;
  /** What is attacked, and what must hold: a sentence for docs/faults.md. */
  readonly about: string;
  readonly open: () => Promise<Opened>;
}

/** For properties of any number of inputs. */
export const opened = <T>(property: fc.IAsyncProperty<T>, close: () => Promise<void>): Opened => ({
  property: property as unknown as fc.IAsyncProperty<never>,
  close,
});

/** Rejects with the words unless it holds. */
export function holds(condition: boolean, words: string): void {
  if (!condition) throw new Error(words);
}
