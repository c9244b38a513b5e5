/**
 * `npm run fuzz -- [--seconds 30] [--only ID] [--seed N]`: every fuzzer for so long, each in a process of its own, as many at a
 * time as there are cores. Prints a table; ends with 1 where something was found, with the smallest input that shows it and
 * the seed that finds it again.
 */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { TARGETS } from "./targets/index.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    only: { type: "string", default: "" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    here: { type: "boolean", default: false },
  },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
const chosen = TARGETS.filter(({ id }) => (values.here ? id === values.only : id.includes(values.only)));
if (!(seconds > 0) || !Number.isInteger(seed) || chosen.length === 0) {
  console.error(
    `usage: npm run fuzz -- [--seconds N] [--seed N] [--only ${TARGETS.map(({ id }) => id).join("|")}]`,
  );
  process.exit(2);
}

interface Row {
  readonly id: string;
  readonly inputs: number;
  readonly found: string | undefined;
  /** Of the heap, after the first tenth of the time and at the end. */
  readonly megabytes: readonly [early: number, late: number];
}

const MB = 2 ** 20;
/** Enough for one shrinking case that hangs. */
const GRACE_MS = 120_000;

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 6).join("\n") : String(error);

async function fuzz(id: string): Promise<Row> {
  const target = await TARGETS.find((one) => one.id === id)!.open();
  const heap = () => Math.round(process.memoryUsage().heapUsed / MB);
  let early = 0;
  const timer = setTimeout(() => (early = heap()), seconds * 100);
  const details = await fc.check(target.property, {
    ...{
      seed,
      numRuns: Number.MAX_SAFE_INTEGER,
      interruptAfterTimeLimit: seconds * 1000,
      endOnFailure: seconds < 10,
    },
  });
  clearTimeout(timer);
  const found = details.failed
    ? `${stackOf(details.errorInstance)}\n${fc.defaultReportMessage(details)}`
    : undefined;
  const row = { id, inputs: details.numRuns, found, megabytes: [early, heap()] as const };
  await target.close();
  return row;
}

function inProcess(id: string): Promise<Row> {
  const args = ["--here", "--only", id, "--seconds", values.seconds, "--seed", values.seed];
  const child = fork(import.meta.filename, args, { execArgv: ["--disable-warning=ExperimentalWarning"] });
  const patience = setTimeout(() => child.kill("SIGKILL"), seconds * 1000 + GRACE_MS);
  return new Promise((resolve) => {
    child.once("message", (row) => resolve(row as Row));
    child.once("exit", (code, signal) => {
      clearTimeout(patience);
      resolve({ id, inputs: 0, found: `its process ended with ${code ?? signal}`, megabytes: [0, 0] });
    });
  });
}

if (values.here) {
  const row = await fuzz(values.only);
  process.send!(row, () => process.exit(0));
} else {
  const queue = [...chosen];
  const rows: Row[] = [];
  const worker = async () => {
    for (let next; (next = queue.shift());) rows.push(await inProcess(next.id));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  console.log(
    `| Fuzzer | Inputs in ${seconds} s | Heap early and late (MB) | Found |\n| --- | ---: | ---: | ---: |`,
  );
  for (const { id } of chosen) {
    const { inputs, found, megabytes } = rows.find((row) => row.id === id)!;
    console.log(`| ${id} | ${inputs} | ${megabytes.join(", ")} | ${found === undefined ? 0 : 1} |`);
  }
  for (const { id, found } of rows)
    if (found !== undefined) console.error(`\n${id} (--seed ${seed}): ${found}`);
  process.exitCode = rows.some(({ found }) => found !== undefined) ? 1 : 0;
}
