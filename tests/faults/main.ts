/**
 * `npm run faults`: the whole matrix, on all cores; prints it and ends with 1 where a cell is bad.
 * `-- --only TEXT` takes types whose name has the text; `-- --write FILE` writes the generated part of docs/faults.md;
 * `-- --cells FILE` notes each life there, and goes on where a run that was broken off had come to.
 */
import { fork } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { describeBad, PAIRS, runBench, summary } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { faultsTable, matrixTable, reasonsTable, summaryTable } from "./report.ts";
import type { Cell } from "./matrix.ts";
import { SUBJECTS } from "./subjects.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    write: { type: "string" },
    cells: { type: "string" },
    part: { type: "string" },
  },
});
const subjects = SUBJECTS.filter(({ type }) => type.toLowerCase().includes(values.only.toLowerCase()));

/** The lives of a run that was broken off: a line each. */
const earlier: readonly (readonly Cell[])[] =
  values.cells !== undefined && existsSync(values.cells)
    ? readFileSync(values.cells, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Cell[])
    : [];
const keyOf = (type: string, fault: string) => `${type} under ${fault}`;

/** A part does every n-th type, and of it what was not done before. */
function pairsOf(part: string) {
  const [index, parts] = part.split("/").map(Number) as [number, number];
  const mine = new Set(subjects.filter((_, i) => i % parts === index));
  const done = new Set(earlier.flatMap(([cell]) => (cell ? [keyOf(cell.type, cell.fault)] : [])));
  return PAIRS.filter(({ subject, fault }) => mine.has(subject) && !done.has(keyOf(subject.type, fault.id)));
}

function inProcess(part: string): Promise<Bench> {
  const child = fork(
    import.meta.filename,
    ["--part", part, "--only", values.only, ...(values.cells === undefined ? [] : ["--cells", values.cells])],
    {
      execArgv: ["--disable-warning=ExperimentalWarning"],
    },
  );
  return new Promise((resolve, reject) => {
    child.once("message", (bench) => resolve(bench as Bench));
    child.once("exit", (code) => reject(new Error(`part ${part} ended with ${code}`)));
  });
}

const MARKS = ["<!-- generated: npm run faults -- --write docs/faults.md -->", "<!-- end -->"] as const;

if (values.part !== undefined) {
  const types = new Set<string>();
  const bench = await runBench(pairsOf(values.part), undefined, (lived) => {
    const { type } = lived[0]!;
    if (!types.has(type)) process.stderr.write(`${type}\n`);
    types.add(type);
    if (values.cells !== undefined) appendFileSync(values.cells, `${JSON.stringify(lived)}\n`);
  });
  process.send!(bench, () => process.exit(0));
} else {
  // Half of a life is waiting: two for each core.
  const parts = Math.min(2 * availableParallelism(), subjects.length);
  const benches = await Promise.all(Array.from({ length: parts }, (_, i) => inProcess(`${i}/${parts}`)));
  const order = new Map(SUBJECTS.map(({ type }, i) => [type, i]));
  const cells = [...earlier.flat(), ...benches.flatMap((bench) => bench.cells)];
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
