/** Search spaces: what each distribution is, as a quantile function, and what is wrong with one. Pure. */

/** A number from the distribution, for a number from (0, 1). `base` of the exponential ones. */
type Quantile = (u: number, numbers: readonly number[], base: number) => number;

/** A value at a multiple of `q`; multiples of fractions keep no dust such as 0.30000000000000004. */
const quantised = (value: number, q: number) => Number((Math.round(value / q) * q).toPrecision(15));

const uniform: Quantile = (u, [low = 0, high = 1]) => low + u * (high - low);
const normal: Quantile = (u, [mu = 0, sigma = 1]) => mu + sigma * normalQuantile(u);
const exponential =
  (of: Quantile): Quantile =>
  (u, numbers, base) =>
    base ** of(u, numbers, base);
/** The last number is `q`. */
const inSteps =
  (of: Quantile): Quantile =>
  (u, numbers, base) =>
    quantised(of(u, numbers, base), numbers.at(-1)!);

interface Distribution {
  readonly numbers: readonly string[];
  readonly quantile: Quantile;
}

/** By the names of Azure ML, each defined as its documentation does. */
const DISTRIBUTIONS: Readonly<Record<string, Distribution>> = {
  randint: { numbers: ["upper"], quantile: (u, [upper = 1]) => Math.floor(u * upper) },
  uniform: { numbers: ["min_value", "max_value"], quantile: uniform },
  quniform: { numbers: ["min_value", "max_value", "q"], quantile: inSteps(uniform) },
  loguniform: { numbers: ["min_value", "max_value"], quantile: exponential(uniform) },
  qloguniform: { numbers: ["min_value", "max_value", "q"], quantile: inSteps(exponential(uniform)) },
  normal: { numbers: ["mu", "sigma"], quantile: normal },
  qnormal: { numbers: ["mu", "sigma", "q"], quantile: inSteps(normal) },
  lognormal: { numbers: ["mu", "sigma"], quantile: exponential(normal) },
  qlognormal: { numbers: ["mu", "sigma", "q"], quantile: inSteps(exponential(normal)) },
};
const NAMES = ["choice", ...Object.keys(DISTRIBUTIONS)];

export type Dimension =
  | { readonly kind: "choice"; readonly values: readonly unknown[] }
  | { readonly kind: "distribution"; readonly name: string; readonly numbers: readonly number[] };

/** A space as bodies have it, or what is wrong with it. */
export function readDimension(name: string, raw: unknown): Dimension | { readonly problem: string } {
  const problem = (text: string) => ({ problem: `search_space.${name} ${text}` });
  const [word, args] = Array.isArray(raw) ? (raw as unknown[]) : [];
  const type = typeof word === "string" ? word.toLowerCase() : "";
  if (!NAMES.includes(type) || !Array.isArray(args))
    return problem(`is ${JSON.stringify(raw)}: a distribution and its arguments, one of ${NAMES.join(", ")}`);
  if (type === "choice") {
    // `[[a, b]]`, and `[a, b]` as some clients send it.
    const values: unknown[] = Array.isArray(args[0]) ? (args[0] as unknown[]) : (args as unknown[]);
    return values.length > 0 ? { kind: "choice", values } : problem("is a choice between nothing");
  }
  const wanted = DISTRIBUTIONS[type]!.numbers;
  const numbers = (args as unknown[]).map(Number);
  if (numbers.length !== wanted.length || !numbers.every(Number.isFinite))
    return problem(`is ${JSON.stringify(raw)}: ${type} takes the numbers ${wanted.join(", ")}`);
  const number = (own: string) => numbers[wanted.indexOf(own)];
  if ((number("min_value") ?? 0) > (number("max_value") ?? Infinity))
    return problem(`goes from ${number("min_value")} down to ${number("max_value")}`);
  for (const own of ["sigma", "q"])
    if ((number(own) ?? 1) <= 0) return problem(`has the ${own} ${number(own)}: it is above 0`);
  const upper = number("upper");
  if (upper !== undefined && (upper < 1 || !Number.isInteger(upper)))
    return problem(`has the upper bound ${upper}: a whole number above 0`);
  return { kind: "distribution", name: type, numbers };
}

/** The value at `u` of a dimension, as a command is told it. */
export function valueAt(dimension: Dimension, u: number, base: number): string {
  if (dimension.kind === "choice")
    return told(
      dimension.values[Math.min(Math.floor(u * dimension.values.length), dimension.values.length - 1)],
    );
  return String(DISTRIBUTIONS[dimension.name]!.quantile(u, dimension.numbers, base));
}

/** As Azure ML hands literals to commands: `True`, `0.5`. */
export const told = (value: unknown): string =>
  typeof value === "boolean"
    ? value
      ? "True"
      : "False"
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

/** Coefficients of M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution" (1988), PPND16. */
const CENTRE = [
  [
    3.3871328727963666, 133.14166789178438, 1971.5909503065514, 13731.693765509461, 45921.95393154987,
    67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852545,
  ],
] as const;
const SHOULDER = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 7.745450142783414e-4,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    5.475938084995345e-4, 1.0507500716444169e-9,
  ],
] as const;
const TAIL = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 7.868691311456133e-4,
    1.8463183175100547e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
] as const;

const polynomial = (coefficients: readonly number[], x: number) =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
const ratio = ([above, below]: readonly [readonly number[], readonly number[]], x: number) =>
  polynomial(above, x) / polynomial(below, x);

/** The point below which the standard normal distribution has the share `p`. */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(CENTRE, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  return Math.sign(q) * (r <= 5 ? ratio(SHOULDER, r - 1.6) : ratio(TAIL, r - 5));
}
