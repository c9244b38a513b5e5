/** A slice of the matrix of faults, by a fixed seed; the whole of it is `npm run faults`. */
import { expect, test } from "@jest/globals";
import { describeBad, PAIRS, runBench, summary } from "./bench.ts";
import { shuffled } from "./random.ts";
import { FAULTS } from "./kinds.ts";
import { WITHOUT_SAMPLE } from "./subjects.ts";

/** So many types each with a fault of its own. */
const LIVES = 8;

test("every type of the tables has a row", () => {
  expect(WITHOUT_SAMPLE).toEqual([]);
});

test("whatever goes wrong, one up puts it right: nothing lost, twice or orphaned, no secret told", async () => {
  const lives = shuffled(PAIRS, 20_261).slice(0, LIVES);
  const crashes = FAULTS.filter(({ id }) => /^(crash|reset-after|stale)/.test(id));
  const containers = PAIRS.filter(
    ({ subject, fault }) => subject.type.endsWith("/containers") && crashes.includes(fault),
  );
  const bench = await runBench([...lives, ...containers]);
  expect(describeBad(bench.cells)).toEqual([]);
  expect(bench.leaks).toEqual([]);
  expect(summary(bench).injected).toBeGreaterThan(LIVES);
}, 120_000);
