/**
 * The command: `npm run bench [-- --quick] [--json] [--only NAME,…] [--record]`.
 * Prints each figure with its target; `--record` adds the run to docs/performance-history.jsonl and draws
 * docs/images/performance.svg anew. A figure that got worse is told, not failed. Exit code 1: something could not be
 * measured; 2: wrong usage.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { holds } from "./figures.ts";
import type { Figure } from "./figures.ts";
import { readHistory, record, regressions } from "./history.ts";
import type { Machine } from "./history.ts";
import { MEASURES } from "./measures.ts";
import { plot } from "./plot.ts";

const PICTURE = join(import.meta.dirname, "../docs/images/performance.svg");
const PAIRS = 5;
const USAGE = `usage: npm run bench [-- --quick] [--json] [--only ${Object.keys(MEASURES).join(",")}] [--record]`;

async function machine(): Promise<Machine> {
  const { dependencies } = JSON.parse(
    await readFile(join(import.meta.dirname, "../package.json"), "utf8"),
  ) as { dependencies: Record<string, string> };
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    versions: { node: process.version, ...dependencies },
  };
}

const line = (figure: Figure): string => {
  const { name, value, range, pairs, detail, target } = figure;
  const spread = range
    ? ` (${range.map((bound) => bound.toFixed(2)).join("–")}, ${String(pairs)} pairs)`
    : "";
  const held = target ? `  ${holds(figure) ? "✓" : "✗"} ${target.side} ${String(target.value)}` : "";
  return `${name.padEnd(34)} ${value.toFixed(2).padStart(7)}${held.padEnd(18)}${spread}\n    ${detail}`;
};

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      only: { type: "string" },
      record: { type: "boolean", default: false },
    },
  });
  const { quick, json } = values;
  const wanted = values.only?.split(",") ?? Object.keys(MEASURES);
  const unknown = wanted.filter((name) => !Object.hasOwn(MEASURES, name));
  if (unknown.length > 0) {
    console.error(`there is no measurement ${unknown.join(", ")}\n${USAGE}`);
    return 2;
  }
  const folder = await mkdtemp(join(tmpdir(), "azure-ml-bench-"));
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  const figures: Figure[] = [];
  const failed: string[] = [];
  for (const name of wanted) {
    const measure = MEASURES[name]!;
    if (quick && measure.fullOnly && values.only === undefined) continue;
    say(`${name}: ${measure.about}`);
    try {
      const made = await measure.run({ quick, pairs: quick ? 1 : PAIRS, folder, say });
      figures.push(...made);
      if (!json) for (const figure of made) console.log(line(figure));
    } catch (error) {
      failed.push(name);
      say(`${name} could not be measured: ${(error as Error).stack ?? String(error)}`);
    }
  }
  await rm(folder, { recursive: true, force: true });

  const history = await readHistory();
  const worse = regressions(figures, history, quick);
  const run = {
    at: new Date().toISOString(),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
    quick,
    machine: await machine(),
    figures: Object.fromEntries(figures.map(({ name, value }) => [name, Number(value.toPrecision(4))])),
  };
  if (values.record) {
    await record(run);
    const targets = new Map(figures.flatMap(({ name, target }) => (target ? [[name, target] as const] : [])));
    await writeFile(PICTURE, plot([...history, run], targets));
  }
  if (json) console.log(JSON.stringify({ ...run, figures, worse, failed }, undefined, 2));
  else {
    console.log(
      `\n${String(run.machine.cores)} cores, ${run.machine.processor}, node ${process.version}, commit ${run.commit}`,
    );
    for (const one of worse) console.log(`WORSE  ${one}`);
  }
  return failed.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n${USAGE}` : error);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
