/**
 * `npm run faults`: the whole matrix, on all cores; prints it and ends with 1 where a cell is bad.
 * `-- --only TEXT` takes types whose name has the text; `-- --write FILE` writes the generated part of docs/faults.md.
 */
import { fork } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { describeBad, PAIRS, runBench, summary } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { faultsTable, matrixTable, reasonsTable, summaryTable } from "./report.ts";
import { SUBJECTS } from "./subjects.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    write: { type: "string" },
    part: { type: "string" },
  },
});
const subjects = SUBJECTS.filter(({ type }) => type.toLowerCase().includes(values.only.toLowerCase()));

/** A part does every n-th type. */
function pairsOf(part: string) {
  const [index, parts] = part.split("/").map(Number) as [number, number];
  const mine = new Set(subjects.filter((_, i) => i % parts === index));
  return PAIRS.filter(({ subject }) => mine.has(subject));
}

function inProcess(part: string): Promise<Bench> {
  const child = fork(import.meta.filename, ["--part", part, "--only", values.only], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", (bench) => resolve(bench as Bench));
    child.once("exit", (code) => reject(new Error(`part ${part} ended with ${code}`)));
  });
}

const MARKS = ["<!-- generated: npm run faults -- --write docs/faults.md -->", "<!-- end -->"] as const;

if (values.part !== undefined) {
  const types = new Set<string>();
  const bench = await runBench(pairsOf(values.part), undefined, ({ type }) => {
    if (!types.has(type)) process.stderr.write(`${type}\n`);
    types.add(type);
  });
  process.send!(bench, () => process.exit(0));
} else {
  // Half of a life is waiting: two for each core.
  const parts = Math.min(2 * availableParallelism(), subjects.length);
  const benches = await Promise.all(Array.from({ length: parts }, (_, i) => inProcess(`${i}/${parts}`)));
  const order = new Map(SUBJECTS.map(({ type }, i) => [type, i]));
  const cells = benches.flatMap((bench) => bench.cells);
  const bench: Bench = {
    cells: cells.sort((a, b) => order.get(a.type)! - order.get(b.type)!),
    leaks: [...new Set(benches.flatMap(({ leaks }) => leaks))],
  };
  const text = [faultsTable(), summaryTable(bench), reasonsTable(bench), matrixTable(bench)].join("\n\n");
  console.log(text);
  const bad = describeBad(bench.cells);
  for (const line of bad) console.error(line);
  if (values.write !== undefined) {
    const before = await readFile(values.write, "utf8");
    const [from, to] = [before.indexOf(MARKS[0]) + MARKS[0].length, before.indexOf(MARKS[1])];
    await writeFile(values.write, `${before.slice(0, from)}\n\n${text}\n\n${before.slice(to)}`);
  }
  process.exitCode = bad.length > 0 || summary(bench).leaked > 0 ? 1 : 0;
}
