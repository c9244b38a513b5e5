/** The verbs of `npm run local`, as a table. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { running, start, stop } from "../daemon/control.ts";
import type { Running } from "../daemon/control.ts";
import type { LocalPaths } from "../daemon/paths.ts";
import { findPython } from "../serving/python.ts";
import type { Client } from "../client/ask.ts";
import { connect } from "./azure.ts";
import { chooseEngine, operate, prepareBackend } from "./engines.ts";
import type { Operation } from "./engines.ts";
import { environment, shellExports } from "./environment.ts";
import { choose, everyEndpoint } from "./find.ts";
import type { Found } from "./find.ts";
import { invoke, wholeNumber } from "./invoke.ts";
import { JOB_VERBS } from "./jobs.ts";
import { SCHEDULE_VERBS } from "./schedules.ts";
import { workspaceOf } from "./workspace.ts";
import type { InvokeFlags } from "./invoke.ts";
import { containerName, logs } from "./logs.ts";
import { readDeployment, readOutputs } from "./outputs.ts";
import type { StageOutputs } from "./outputs.ts";
import { askAll, nextSteps } from "./up.ts";

export interface Arguments {
  readonly engine?: string;
  readonly json: boolean;
  /** What the verbs that ask endpoints take, as it was typed. */
  readonly flags: InvokeFlags;
  readonly refresh: boolean;
  readonly rest: readonly string[];
}

export interface Call {
  readonly paths: LocalPaths;
  readonly args: Arguments;
  readonly signal: AbortSignal;
}

export interface Verb {
  readonly about: string;
  readonly takes?: string;
  /** Answers the exit code. */
  run(call: Call): Promise<number>;
}

const say = (line: string): void => console.log(line);

async function needRunning(paths: LocalPaths): Promise<Running> {
  const found = await running(paths);
  if (!found) throw new Error("The local Azure does not run. Start it: npm run local start");
  return found;
}

async function needOutputs(paths: LocalPaths): Promise<StageOutputs> {
  const outputs = await readOutputs(paths);
  if (!outputs) throw new Error("Stage local is not up. Bring it up: npm run local up");
  return outputs;
}

async function started(paths: LocalPaths): Promise<Running> {
  const began = performance.now();
  const already = await running(paths);
  const found = already ?? (await start(paths));
  const how = already ? "runs" : `started in ${((performance.now() - began) / 1000).toFixed(1)} s`;
  say(`Local Azure ${how}: ${found.urls.cloud} (studio ${found.urls.studio})`);
  return found;
}

/** An engine operation on the running local Azure. */
async function operation(name: Operation, { paths, args, signal }: Call): Promise<[Running, boolean]> {
  const choice = await chooseEngine(args.engine);
  const found = await started(paths);
  say(choice.reason);
  const variables = await environment(paths, found, await readOutputs(paths));
  const flags = args.refresh ? ["--refresh"] : [];
  return [found, await operate(choice.engine, { operation: name, paths, variables, signal, flags })];
}

const onlyOperation = (name: Operation) => async (call: Call) => {
  const [, ok] = await operation(name, call);
  return ok ? 0 : 1;
};

async function up(call: Call): Promise<number> {
  await findPython(); // says what to install before anything is made
  const [found, ok] = await operation("up", call);
  if (!ok) return 1;
  const outputs = await needOutputs(call.paths);
  const client = await connect(call.paths, found);
  const endpoints = await everyEndpoint(client, found.subscriptionId, outputs);
  const answered = await askAll({ client, endpoints, directory: join(call.paths.dir, "predictions") }, say);
  nextSteps(found, outputs).forEach(say);
  return answered ? 0 : 1;
}

async function destroy(call: Call): Promise<number> {
  if (!(await readDeployment(call.paths))?.resources?.length) {
    say("Stage local has nothing to destroy.");
    return 0;
  }
  return onlyOperation("destroy")(call);
}

/** The endpoint that a verb is about, and a client to ask it with. */
async function endpointOf({ paths, args }: Call): Promise<{ client: Client; found: Found }> {
  const now = await needRunning(paths);
  const client = await connect(paths, now);
  const all = await everyEndpoint(client, now.subscriptionId, await readOutputs(paths));
  return { client, found: choose(all, args.rest[0]) };
}

async function invokeEndpoint(call: Call): Promise<number> {
  const { paths, args, signal } = call;
  const directory = join(paths.dir, "predictions");
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const ok = await invoke({ ...(await endpointOf(call)), flags: args.flags, directory, signal, say, note });
  return ok ? 0 : 1;
}

async function showLogs(call: Call): Promise<number> {
  const { flags } = call.args;
  const text = (name: string) => (typeof flags[name] === "string" ? flags[name] : undefined);
  const { client, found } = await endpointOf(call);
  const [deployment, job] = [text("deployment"), text("job")];
  const asked = {
    ...(deployment !== undefined && { deployment }),
    ...(job !== undefined && { job }),
    container: containerName(text("container")),
    tail: wholeNumber("tail", text("tail") ?? "100", 1),
    follow: flags["follow"] === true,
  };
  await logs(client, found, asked, say, call.signal);
  return 0;
}

async function showEnvironment({ paths, args }: Call): Promise<number> {
  const variables = await environment(paths, await needRunning(paths), await readOutputs(paths));
  await prepareBackend(paths, variables);
  say(args.json ? JSON.stringify(variables, undefined, 2) : shellExports(variables));
  return 0;
}

async function status({ paths, args }: Call): Promise<number> {
  const found = await running(paths);
  const resources = (await readDeployment(paths))?.resources?.length ?? 0;
  if (args.json) say(JSON.stringify({ running: found ?? null, resources }, undefined, 2));
  else {
    say(
      found ? `Local Azure runs as process ${found.pid}: ${found.urls.cloud}` : "Local Azure does not run.",
    );
    say(`Stage local has ${resources} resources in its state.`);
    if (found) say(`Studio: ${found.urls.studio}`);
  }
  return found ? 0 : 3;
}

async function requests({ paths }: Call): Promise<number> {
  await pipeline(createReadStream(paths.requests), process.stdout, { end: false });
  return 0;
}

/** `VERB NAME`, where the verb is one of a table's. */
const within =
  <Given>(
    verbs: Readonly<Record<string, (given: Given) => Promise<boolean>>>,
    given: (call: Call, client: Client, workspaceId: string) => Given,
  ) =>
  async (call: Call): Promise<number> => {
    const { paths, args } = call;
    const [name = ""] = args.rest;
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (!verb) throw new Error(`"${name}" is none of ${Object.keys(verbs).join(", ")}.`);
    const now = await needRunning(paths);
    const client = await connect(paths, now);
    const named = args.flags["workspace"];
    const workspaceId = await workspaceOf(
      client,
      now.subscriptionId,
      await readOutputs(paths),
      typeof named === "string" ? named : undefined,
    );
    return !(await verb(given(call, client, workspaceId))) ? 1 : 0;
  };

const job = within(JOB_VERBS, ({ paths, args, signal }, client, workspaceId) => ({
  ...{ client, workspaceId, signal, say },
  name: args.rest[1],
  directory: join(paths.dir, "jobs"),
}));
const schedule = within(SCHEDULE_VERBS, ({ args }, client, workspaceId) => ({
  ...{ client, workspaceId, say },
  name: args.rest[1],
}));

export const VERBS: Readonly<Record<string, Verb>> = {
  up: { about: "start, bring the stage up, ask each endpoint for a prediction", run: up },
  preview: { about: "what up would do", run: onlyOperation("preview") },
  refresh: { about: "look at the cloud, take what is there into the state", run: onlyOperation("refresh") },
  destroy: { about: "delete the stage's resources", run: destroy },
  start: {
    about: "start the local Azure",
    run: async ({ paths }) => {
      await started(paths);
      return 0;
    },
  },
  stop: {
    about: "stop the local Azure; its data stay",
    run: async ({ paths }) => {
      say((await stop(paths)) ? "Local Azure stopped." : "Local Azure did not run.");
      return 0;
    },
  },
  status: { about: "what runs", run: status },
  env: { about: 'what other tools need: eval "$(npm run -s local env)"', run: showEnvironment },
  invoke: { about: "ask an online endpoint, or run a batch job", takes: "[ENDPOINT]", run: invokeEndpoint },
  logs: { about: "what an endpoint's deployments or jobs wrote", takes: "[ENDPOINT]", run: showLogs },
  job: { about: "jobs, by their YAML or their name", takes: Object.keys(JOB_VERBS).join("|"), run: job },
  schedule: { about: "schedules", takes: Object.keys(SCHEDULE_VERBS).join("|"), run: schedule },
  requests: { about: "the ARM requests seen, as JSON lines", run: requests },
};
