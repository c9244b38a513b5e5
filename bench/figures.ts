/** What a measurement says: always a ratio, or an exponent, of things timed in the same run. Machines are noisy, ratios less so. */
import { linearRegression, median } from "simple-statistics";

/** What a figure is held against; `docs/performance.md` says why where one is missed. */
export interface Target {
  readonly side: "at most" | "at least";
  readonly value: number;
}

export interface Figure {
  /** `measure/figure`: what the history is kept by. */
  readonly name: string;
  readonly value: number;
  /** Smallest and largest of the pairs; absent for an exponent. */
  readonly range?: readonly [number, number];
  readonly pairs: number;
  /** What was divided by what, with the medians. */
  readonly detail: string;
  readonly target?: Target;
}

export interface Bench {
  /** Fewer pairs over less work. */
  readonly quick: boolean;
  /** Of every figure: 5, or 1 if quick. */
  readonly pairs: number;
  /** Removed at the end. */
  readonly folder: string;
  /** Tells how far it is. */
  readonly say: (line: string) => void;
}

export interface Measure {
  readonly about: string;
  /** Left out of `--quick`: too long, or nothing is left of it when small. */
  readonly fullOnly?: true;
  readonly run: (bench: Bench) => Promise<readonly Figure[]>;
}

export const atMost = (value: number): Target => ({ side: "at most", value });
export const atLeast = (value: number): Target => ({ side: "at least", value });

export const holds = ({ value, target }: Figure): boolean =>
  target === undefined || (target.side === "at most" ? value <= target.value : value >= target.value);

/** Seconds that something took. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

export interface Pairs {
  readonly ours: readonly number[];
  readonly against: readonly number[];
}

/** Measures both, one after the other; who is first changes from pair to pair. */
export async function paired(
  count: number,
  ours: (pair: number) => Promise<number>,
  against: (pair: number) => Promise<number>,
): Promise<Pairs> {
  const made: { ours: number; against: number }[] = [];
  for (let pair = 0; pair < count; pair++) {
    if (pair % 2 === 0) made.push({ ours: await ours(pair), against: await against(pair) });
    else {
      const other = await against(pair);
      made.push({ ours: await ours(pair), against: other });
    }
  }
  return { ours: made.map((pair) => pair.ours), against: made.map((pair) => pair.against) };
}

const short = (value: number): string => Number(value.toPrecision(3)).toString();

/** The median of the pairs' ratios. `labels`: what is ours and what it is divided by; `unit` of both. */
export function ratio(
  name: string,
  { ours, against }: Pairs,
  labels: { readonly ours: string; readonly against: string; readonly unit: string },
  target?: Target,
): Figure {
  const ratios = ours.map((value, i) => value / against[i]!);
  const of = (values: readonly number[]) => `${short(median([...values]))} ${labels.unit}`;
  return {
    name,
    value: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
    pairs: ratios.length,
    detail: `${labels.ours} ${of(ours)} / ${labels.against} ${of(against)}`,
    ...(target && { target }),
  };
}

/** The exponent b of `time = a · size^b`, fitted on logarithms. 1 is linear. */
export function growth(
  name: string,
  points: readonly (readonly [size: number, time: number])[],
  unit: string,
  target?: Target,
): Figure {
  const logs = points.map(([size, time]) => [Math.log(size), Math.log(time)]);
  return {
    name,
    value: linearRegression(logs).m,
    pairs: points.length,
    detail: points.map(([size, time]) => `${String(size)}: ${short(time)} ${unit}`).join(", "),
    ...(target && { target }),
  };
}
