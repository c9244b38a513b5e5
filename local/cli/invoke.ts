/** `npm run local invoke`: asks an endpoint as its callers do, and says what came. */
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { styleText } from "node:util";
import { createLogUpdate } from "log-update";
import type { Client } from "../client/ask.ts";
import { batchDeploymentsOf } from "../client/endpoints.ts";
import { progressOf } from "../client/batch.ts";
import type { Job } from "../client/batch.ts";
import { chooseDeployment, fromRepo } from "./find.ts";
import type { Found } from "./find.ts";
import { firstRows, invokeBatch, progressLine } from "./invoke-batch.ts";
import { invokeOnline } from "./invoke-online.ts";

/** As `main.ts` reads them from the command line: text by flag. */
export type InvokeFlags = Readonly<Record<string, string | boolean | undefined>>;

/** Flags that change one batch job: where its request has them, and how they read. */
const OVERRIDES: Readonly<Record<string, { readonly path: readonly string[]; readonly whole?: boolean }>> = {
  "mini-batch-size": { path: ["miniBatchSize"], whole: true },
  "instance-count": { path: ["resources", "instanceCount"], whole: true },
  "max-concurrency": { path: ["maxConcurrencyPerInstance"], whole: true },
  "error-threshold": { path: ["errorThreshold"], whole: true },
  "max-retries": { path: ["retrySettings", "maxRetries"], whole: true },
  "retry-timeout": { path: ["retrySettings", "timeout"] },
  "logging-level": { path: ["loggingLevel"] },
  "output-file-name": { path: ["outputFileName"] },
  "job-name": { path: ["name"] },
};
export const OVERRIDE_FLAGS = Object.keys(OVERRIDES);

/** A whole number that a person typed. @throws Error that names the flag. */
export function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${flag} is "${text}"; it is a whole number from ${least} on.`);
}

/** Invocation settings as the request's body has them. */
export function overridesOf(flags: InvokeFlags): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [flag, { path, whole }] of Object.entries(OVERRIDES)) {
    const text = flags[flag];
    if (typeof text !== "string") continue;
    const [first, second] = path as [string, string?];
    const value = whole
      ? wholeNumber(flag, text, -1)
      : /^\d+$/.test(text) && flag === "retry-timeout"
        ? `PT${text}S`
        : text;
    if (second === undefined) result[first] = value;
    else result[first] = { ...(result[first] as Record<string, unknown> | undefined), [second]: value };
  }
  return result;
}

const textOf = (flags: InvokeFlags, name: string): string | undefined => {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
};

/** Flags of the other kind of endpoint are a mistake, not to be passed over. */
function refuseForeign(flags: InvokeFlags, names: readonly string[], kind: string): void {
  const given = names.filter((name) => flags[name] !== undefined);
  if (given.length > 0)
    throw new Error(`${given.map((name) => `--${name}`).join(", ")}: not for ${kind} endpoint.`);
}

export interface Invoking {
  readonly client: Client;
  readonly found: Found;
  readonly flags: InvokeFlags;
  /** Where batch output is copied to. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** What was asked for: stdout. */
  readonly say: (line: string) => void;
  /** What is said about it: stderr. */
  readonly note: (line: string) => void;
}

/** Answers whether all went well. */
export function invoke(invoking: Invoking): Promise<boolean> {
  const { client, found, flags, say, note } = invoking;
  const named = textOf(flags, "deployment");
  if (found.kind === "batch") return batch(invoking, found, named);
  refuseForeign(flags, ["input", "output-path", ...OVERRIDE_FLAGS], "an online");
  const [file, data] = [textOf(flags, "file"), textOf(flags, "data")];
  const invocation = {
    ...(file !== undefined && { file }),
    ...(data !== undefined && { data }),
    ...(named !== undefined && { deployment: named }),
    count: wholeNumber("count", textOf(flags, "count") ?? "1", 1),
    concurrency: wholeNumber("concurrency", textOf(flags, "concurrency") ?? "1", 1),
  };
  return invokeOnline(client, found, invocation, say, note);
}

async function batch(
  { client, flags, directory, signal, say, note }: Invoking,
  found: Found & { kind: "batch" },
  named: string | undefined,
): Promise<boolean> {
  const { endpoint, sample, spec } = found;
  refuseForeign(flags, ["file", "data", "count", "concurrency"], "a batch");
  const input = textOf(flags, "input") ?? (sample === undefined ? undefined : fromRepo(sample));
  if (input === undefined) throw new Error(`${endpoint.name} has no sample input: give one with --input.`);
  const names = (await batchDeploymentsOf(client, endpoint.id)).map(({ name }) => name);
  const deployment = named === undefined ? undefined : chooseDeployment(named, names, endpoint.name);
  const outputUri = textOf(flags, "output-path");
  const shown = progressShown(note);
  const invocation = {
    input,
    overrides: overridesOf(flags),
    ...(deployment !== undefined && { deployment }),
    ...(outputUri !== undefined && { outputUri }),
  };
  const outcome = await invokeBatch(client, found, invocation, directory, shown.look, signal).finally(
    shown.end,
  );
  const { job, predictions } = outcome;
  const ok = job.status === "Completed";
  const error = job.error ?? job.children.find((child) => child.error)?.error;
  note(
    `${styleText(ok ? "green" : "red", ok ? "✓" : "✗")} job ${job.name} ${job.status}${error?.message ? `: ${error.message}` : ""}`,
  );
  if (!ok) note(`Its logs: npm run local logs ${spec ?? endpoint.name} -- --job ${job.name}`);
  for (const uri of job.children.flatMap(({ outputs }) => Object.values(outputs))) note(`Output    ${uri}`);
  if (!predictions) return ok;
  note(`Copied    ${predictions.folder}: ${predictions.rows} rows in ${predictions.files.length} file(s)`);
  const first = predictions.files[0]!;
  note(`First rows of ${relative(join(directory, job.name), first)}`);
  firstRows(await readFile(first, "utf8"), 5).forEach(say);
  return ok;
}

/** On a terminal one line that changes; elsewhere a line for each change of status or tenth of the way. */
function progressShown(note: (line: string) => void) {
  const live = process.stderr.isTTY ? createLogUpdate(process.stderr) : undefined;
  let before = "";
  return {
    look: (job: Job) => {
      const line = progressLine(job);
      if (live) live(line);
      else {
        const now = progressOf(job);
        const step = `${job.status} ${now ? Math.floor((10 * now.miniBatches) / Math.max(1, now.planned)) : ""}`;
        if (step !== before) note(line);
        before = step;
      }
    },
    end: () => live?.done(),
  };
}
