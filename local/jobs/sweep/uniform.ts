/**
 * Where the chance in a sweep comes from. A number depends on the seed, the trial and the hyperparameter alone: a sweep
 * that is run again with its seed draws the same values, whatever order its trials end in.
 */
import { createHash } from "node:crypto";

const BITS = 32;
const SCALE = 2 ** BITS;

/** 52 bits, in the middle of their interval: never 0 and never 1, where quantiles are infinite. */
export function uniformOf(seed: number | string, ...about: readonly (string | number)[]): number {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, ...about]))
    .digest();
  return (digest.readUInt32BE(0) * 2 ** 20 + (digest.readUInt32BE(4) >>> 12) + 0.5) / 2 ** 52;
}

/**
 * Primitive polynomials and initial direction numbers from the second dimension on, `[a, m₁, m₂, …]`:
 * S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections" (2008), new-joe-kuo-6.
 */
const DIRECTIONS: readonly (readonly number[])[] = [
  [0, 1],
  [1, 1, 3],
  [1, 1, 3, 1],
  [2, 1, 1, 1],
  [1, 1, 1, 3, 3],
  [4, 1, 3, 5, 13],
  [2, 1, 1, 5, 5, 17],
  [4, 1, 1, 5, 5, 5],
  [7, 1, 1, 7, 11, 19],
  [11, 1, 1, 5, 1, 1],
  [13, 1, 1, 1, 3, 11],
  [14, 1, 3, 5, 5, 31],
  [1, 1, 3, 3, 9, 7, 49],
  [13, 1, 1, 1, 15, 21, 21],
  [16, 1, 3, 1, 13, 27, 49],
  [19, 1, 1, 1, 15, 7, 5],
  [22, 1, 3, 1, 15, 13, 25],
  [25, 1, 1, 5, 5, 19, 61],
  [1, 1, 3, 7, 11, 23, 15, 103],
  [4, 1, 3, 7, 13, 13, 15, 69],
  [7, 1, 1, 3, 13, 7, 35, 63],
  [8, 1, 3, 5, 9, 1, 25, 53],
  [14, 1, 3, 1, 13, 9, 35, 107],
  [19, 1, 3, 1, 5, 27, 61, 31],
  [21, 1, 1, 5, 11, 19, 41, 61],
  [28, 1, 3, 5, 3, 3, 13, 69],
  [31, 1, 1, 7, 13, 1, 19, 1],
  [32, 1, 3, 7, 5, 13, 19, 59],
  [37, 1, 1, 3, 9, 25, 29, 41],
  [41, 1, 3, 5, 13, 23, 1, 55],
  [42, 1, 3, 7, 3, 13, 59, 17],
];

/** Hyperparameters that one Sobol sequence fills. */
export const SOBOL_DIMENSIONS = DIRECTIONS.length + 1;

/** Direction numbers of a dimension, left-aligned in 32 bits. */
function directions(dimension: number): Uint32Array {
  const v = new Uint32Array(BITS);
  const [a = 0, ...m] = dimension === 0 ? [] : DIRECTIONS[dimension - 1]!;
  if (dimension === 0) {
    for (let bit = 0; bit < BITS; bit++) v[bit] = 2 ** (BITS - 1 - bit);
    return v;
  }
  const degree = m.length;
  for (let bit = 0; bit < BITS; bit++) {
    if (bit < degree) {
      v[bit] = m[bit]! * 2 ** (BITS - 1 - bit);
      continue;
    }
    let next = v[bit - degree]! ^ (v[bit - degree]! >>> degree);
    for (let k = 1; k < degree; k++) if ((a >>> (degree - 1 - k)) & 1) next ^= v[bit - k]!;
    v[bit] = next;
  }
  return v;
}

/** Bits of the point `index` of the Sobol sequence, in Gray code order. */
export function sobolBits(index: number, dimension: number): number {
  const v = directions(dimension);
  const gray = index ^ (index >>> 1);
  let bits = 0;
  for (let bit = 0; bit < BITS; bit++) if ((gray >>> bit) & 1) bits ^= v[bit]!;
  return bits >>> 0;
}

/** A point of the sequence, its bits turned by the seed (a digital shift keeps what makes it even). */
export function sobolOf(seed: number | string, index: number, dimension: number): number {
  const shift = Math.floor(uniformOf(seed, "shift", dimension) * SCALE);
  return (((sobolBits(index, dimension) ^ shift) >>> 0) + 0.5) / SCALE;
}
