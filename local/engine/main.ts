/** The command: `npm run -s engine -- <up|preview|refresh|destroy> --cwd DIR --stack NAME --state FILE [--refresh] [--parallel N]`. */
import { enableCompileCache } from "node:module";
import { parseArgs } from "node:util";
import { compileCache } from "./cache.ts";
import type { EngineEvent, Operation } from "./events.ts";
import type { Op } from "./run.ts";

// Before the engine is loaded: it is to be found there.
enableCompileCache(compileCache(process.env));
const { run } = await import("./run.ts");
const { isSecret } = await import("@azure-ml-as-code/protocol/values.ts");

const USAGE =
  "usage: npm run -s engine -- <up|preview|refresh|destroy> --cwd DIR --stack NAME --state FILE [--refresh] [--parallel N]";
const OPS: readonly string[] = ["up", "preview", "refresh", "destroy"] satisfies Op[];

const SIGNS: Readonly<Record<Operation, string>> = {
  same: " ",
  create: "+",
  update: "~",
  delete: "-",
  replace: "+-",
  "create-replacement": "++",
  "delete-replaced": "--",
  read: ">",
  refresh: "~",
  import: "=",
  discard: "<",
  "remove-pending-replace": "--",
};

function lineOf(event: EngineEvent): string | undefined {
  switch (event.kind) {
    case "resource-started":
      return undefined;
    case "resource-done":
      return `${SIGNS[event.op].padStart(2)} ${event.type} ${event.name} ${event.op} (${event.seconds.toFixed(1)} s)`;
    case "resource-failed":
      return `** ${event.type} ${event.name} ${event.op} failed: ${event.message}`;
    case "diagnostic":
      return event.severity === "debug" ? undefined : `${event.severity}: ${event.message}`;
    case "summary": {
      const counts = Object.entries(event.counts).map(([op, count]) => `${count} ${op}`);
      const outputs = Object.entries(event.outputs).map(
        ([key, value]) => `  ${key}: ${isSecret(value) ? "[secret]" : JSON.stringify(value)}`,
      );
      const end = `${event.ok ? "done" : "failed"} in ${event.seconds.toFixed(1)} s: ${counts.join(", ") || "nothing"}`;
      return [...(outputs.length > 0 ? ["outputs:", ...outputs] : []), end].join("\n");
    }
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      cwd: { type: "string", default: "." },
      stack: { type: "string" },
      state: { type: "string" },
      refresh: { type: "boolean", default: false },
      parallel: { type: "string" },
    },
  });
  const [op, ...others] = positionals;
  const { stack, state } = values;
  if (
    op === undefined ||
    !OPS.includes(op) ||
    others.length > 0 ||
    stack === undefined ||
    state === undefined
  ) {
    console.error(USAGE);
    return 2;
  }
  const parallel = values.parallel === undefined ? undefined : Number(values.parallel);
  if (parallel !== undefined && !(Number.isInteger(parallel) && parallel > 0)) {
    console.error(`--parallel is ${String(values.parallel)}; wanted is a whole number from 1`);
    return 2;
  }
  const abort = new AbortController();
  process.on("SIGINT", () => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
  });
  process.on("SIGTERM", () => abort.abort());
  const { ok } = await run({
    op: op as Op,
    cwd: values.cwd,
    stack,
    statePath: state,
    refresh: values.refresh,
    ...(parallel !== undefined && { parallel }),
    signal: abort.signal,
    onEvent: (event) => {
      const line = lineOf(event);
      if (line !== undefined) console.log(line);
    },
  });
  return ok ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}
