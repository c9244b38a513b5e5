/** `npm run local VERB`: stage `local` by parts. Each verb is a row of {@link VERBS}. */
import { enableCompileCache } from "node:module";
import { parseArgs, styleText } from "node:util";
import { compileCache } from "../engine/cache.ts";
import type { Arguments, Verb } from "./verbs.ts";

// Before the verbs are loaded: half of the time of a small verb is their compilation.
enableCompileCache(compileCache(process.env));
const { localPaths } = await import("../daemon/paths.ts");
const { OVERRIDE_FLAGS } = await import("./invoke.ts");
const { VERBS } = await import("./verbs.ts");

/** Of the verbs that ask endpoints. */
const TEXT_FLAGS = [
  ...["deployment", "file", "data", "count", "concurrency", "input", "output-path"],
  ...["container", "job", "tail", "workspace"],
  ...OVERRIDE_FLAGS,
];

const usage = (): string =>
  [
    "npm run local VERB",
    "",
    ...Object.entries(VERBS).map(
      ([name, { about, takes }]) => `  ${`${name} ${takes ?? ""}`.padEnd(26)} ${about}`,
    ),
    "",
    "Flags go after `--`, as in: npm run local up -- --engine embedded",
    "  --engine pulumi|embedded   default: a working `pulumi` on PATH, else the embedded engine",
    "  --json                     for env and status",
    "  --refresh                  up and preview: look at the cloud first",
    "invoke and logs",
    "  --deployment NAME          default: by traffic, or the batch endpoint's default",
    "invoke an online endpoint",
    "  --file FILE | --data JSON  request body; - is standard input. Default: the sample in the specs",
    "  --count N --concurrency N  that many requests, so many at a time, with a summary",
    "invoke a batch endpoint",
    "  --input INPUT              path, azureml:NAME:VERSION, azureml:NAME@latest, datastore URI. Default: the sample",
    "  --output-path URI          folder on a datastore",
    `  ${OVERRIDE_FLAGS.map((flag) => `--${flag}`).join(" ")}`,
    "job, schedule",
    "  submit FILE | stream, cancel, download NAME | list; list | fire, pause NAME",
    "  --workspace NAME           default: the stage's",
    "logs",
    "  --container NAME           inference-server (default) or storage-initializer",
    "  --job NAME                 of a batch endpoint; default: its newest",
    "  --tail N  --follow         default: the last 100 lines",
  ].join("\n");

function readArguments(given: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...given],
    allowPositionals: true,
    options: {
      engine: { type: "string" },
      json: { type: "boolean", default: false },
      refresh: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      follow: { type: "boolean", short: "f" },
      ...Object.fromEntries(TEXT_FLAGS.map((name) => [name, { type: "string" } as const])),
    },
  });
  const { engine, json, refresh } = values;
  return { ...(engine !== undefined && { engine }), json, refresh, flags: values, rest: positionals };
}

/** Ctrl-C once: what is under way ends and is written down. Twice: at once. */
function onInterrupt(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write("\nStopping after what is under way; Ctrl-C once more ends at once.\n");
    controller.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return controller.signal;
}

async function main(): Promise<number> {
  const [name, ...given] = process.argv.slice(2);
  if (name === undefined || name === "help" || name === "--help") {
    console.log(usage());
    return name === undefined ? 2 : 0;
  }
  const verb: Verb | undefined = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (!verb) {
    console.error(`"${name}" is not a verb; it can be ${Object.keys(VERBS).join(", ")}`);
    return 2;
  }
  return verb.run({ paths: localPaths(), args: readArguments(given), signal: onInterrupt() });
}

let code = 1;
try {
  code = await main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`${styleText("red", "error")}: ${message}`);
  if (process.env["DEBUG"]) console.error(error);
}
process.exit(code); // what one endpoint was still asked when another failed is of no use any more
