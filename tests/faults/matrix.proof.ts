/**
 * As much of the matrix of faults as fits in half a minute, in an order that the seed decides. `FAULTS_SECONDS` gives it
 * more time, `FAULTS_SEED` another order; all of it is `npm run faults`.
 */
import { expect, test } from "@jest/globals";
import { describeBad, PAIRS, runBench } from "./bench.ts";
import { shuffled } from "./random.ts";
import { summaryTable } from "./report.ts";

const seconds = Number(process.env["FAULTS_SECONDS"] ?? 25);
const seed = Number(process.env["FAULTS_SEED"] ?? 6);

test(
  "types, operations and faults at random",
  async () => {
    const bench = await runBench(shuffled(PAIRS, seed), seconds * 1000);
    process.stdout.write(`${summaryTable(bench)}\n`);
    expect(describeBad(bench.cells)).toEqual([]);
    expect(bench.leaks).toEqual([]);
  },
  (seconds + 120) * 1000,
);
