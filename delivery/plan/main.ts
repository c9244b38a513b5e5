/**
 * The command: `npm run -s plan -- --stage S [--base REF | --state FILE] [--format markdown|json] [--dirty]`.
 * Exit codes: 0 planned; 1 the stage cannot be built at one of the two, and why; 2 the request is wrong.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { markdownOf } from "./markdown.ts";
import { plan } from "./plan.ts";
import { PlanError } from "./revision.ts";

const USAGE =
  "usage: npm run -s plan -- --stage S [--base REF | --state FILE] [--format markdown|json] [--dirty]";
const FORMATS = {
  markdown: markdownOf,
  json: (report: object) => `${JSON.stringify(report, undefined, 2)}\n`,
};

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stage: { type: "string" },
      base: { type: "string" },
      state: { type: "string" },
      format: { type: "string", default: "markdown" },
      dirty: { type: "boolean", default: false },
    },
  });
  const { stage, base, state, format, dirty } = values;
  if (stage === undefined || !Object.hasOwn(FORMATS, format)) throw new PlanError(USAGE);
  const root = resolve(import.meta.dirname, "../..");
  const report = await plan({ root, stage, base, state, dirty });
  process.stdout.write(FORMATS[format as keyof typeof FORMATS](report));
  return report.failures.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const wrong = error instanceof PlanError ? error.exitCode : error instanceof TypeError ? 2 : undefined;
  console.error(wrong === undefined ? error : (error as Error).message);
  process.exitCode = wrong ?? 1;
}
