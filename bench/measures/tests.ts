/** The whole suite, against the limit that it has. */
import { atMost, paired, ratio, seconds } from "../figures.ts";
import type { Measure } from "../figures.ts";
import { output } from "../processes.ts";

/** Seconds. */
const LIMIT = 300;

export const tests: Measure = {
  about: "npm test against its five minutes",
  fullOnly: true,
  async run() {
    const times = await paired(
      1,
      () => seconds(() => output({ command: "npm", args: ["test"] })),
      () => Promise.resolve(LIMIT),
    );
    return [ratio("tests/suite", times, { ours: "npm test", against: "limit", unit: "s" }, atMost(1))];
  },
};
