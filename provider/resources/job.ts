/**
 * `Job`: runs when its content changes, and is done when the run is. A run's name follows from the content, so that the
 * same content is the same run: what ran already, or still runs, is taken as it is. Runs are history: none is deleted.
 */
import { isObject, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import type { CheckFailure } from "@azure-ml-as-code/protocol/provider.ts";
import { propertiesOf, readResource } from "../azure/endpoint.ts";
import { FinalError } from "../azure/errors.ts";
import { jobLog, jobMetrics, versionsOf } from "../azure/runs.ts";
import { contentKey, contentTag, differences, reasons, runName, stateOf } from "../job-plan.ts";
import { sameId, text } from "./inputs.ts";
import type { Resource, Run } from "./resource.ts";

const WORKSPACE =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.MachineLearningServices\/workspaces\/[^/]+$/i;
/** Leaves room for the hash of the content and the count of tries. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,235}$/;
const INPUTS = ["workspaceId", "jobName", "properties", "triggers"];

const map = (value: Value | undefined): PropertyMap => (isObject(value) ? value : {});
const asked = (inputs: PropertyMap) => ({
  properties: map(inputs["properties"]),
  triggers: map(inputs["triggers"]),
});
const idOf = (inputs: PropertyMap) => `${text(inputs, "workspaceId")}/jobs/${text(inputs, "jobName")}`;

function failuresOf({ workspaceId, jobName, properties }: PropertyMap): CheckFailure[] {
  const right = (value: Value | undefined, pattern: RegExp) =>
    value === UNKNOWN || (typeof value === "string" && pattern.test(value));
  const type = map(properties)["jobType"];
  return [
    ...(right(workspaceId, WORKSPACE)
      ? []
      : [{ property: "workspaceId", reason: "must be the ARM id of a workspace" }]),
    ...(right(jobName, NAME)
      ? []
      : [
          {
            property: "jobName",
            reason: `is ${JSON.stringify(jobName ?? null)}; a job's name here has at most 236 letters, digits, _ and -, a letter or digit first`,
          },
        ]),
    ...(properties === UNKNOWN || typeof type === "string"
      ? []
      : [{ property: "properties", reason: "must be a job as ARM has it, with its jobType" }]),
  ];
}

/** A run of the same content under another name: a job that was renamed has run. */
async function sameContent(workspaceId: string, key: string, run: Run) {
  const { body } = await run.azure.send(
    { method: "GET", id: `${workspaceId}/jobs`, query: { tag: contentTag(key), listViewType: "All" } },
    run.signal,
  );
  const jobs = isObject(body) && Array.isArray(body["value"]) ? body["value"].filter(isObject) : [];
  const found = jobs.find((job) => stateOf(text(propertiesOf(job), "status")) !== "failed");
  return found && { name: text(found, "name"), status: text(propertiesOf(found), "status") };
}

/** The last run of the content, and how many there were: one that failed is followed by another. */
async function lastRun(inputs: PropertyMap, run: Run) {
  const workspaceId = text(inputs, "workspaceId");
  const key = contentKey(asked(inputs));
  const same = await sameContent(workspaceId, key, run);
  if (same) return { ...same, key, id: `${workspaceId}/jobs/${same.name}` };
  for (let attempt = 1; ; attempt++) {
    const name = runName(text(inputs, "jobName"), key, attempt);
    const id = `${workspaceId}/jobs/${name}`;
    const found = await readResource(id, run);
    const status = found && text(propertiesOf(found.body), "status");
    if (status === undefined || stateOf(status) !== "failed") return { name, key, id, status };
  }
}

/** Versions that the run registered, by the outputs that it names. */
async function registered(
  inputs: PropertyMap,
  name: string,
  job: PropertyMap,
  run: Run,
): Promise<PropertyMap> {
  const outputs = { ...map(map(inputs["properties"])["outputs"]), ...map(job["outputs"]) };
  const named = Object.entries(outputs).flatMap(([output, value]) => {
    const asset = map(value)["assetName"];
    return typeof asset === "string" &&
      /model$/i.test(JSON.stringify(map(value)["jobOutputType"] ?? "").slice(1, -1))
      ? [[output, asset] as const]
      : [];
  });
  const found = await Promise.all(
    named.map(async ([output, asset]) => {
      const versions = await versionsOf(`${text(inputs, "workspaceId")}/models/${asset}`, run);
      const mine = versions.find(({ properties }) => sameId(map(properties)["jobName"], name));
      return mine ? [[output, { id: mine["id"]!, name: asset, version: mine["name"]! }] as const] : [];
    }),
  );
  return Object.fromEntries(found.flat());
}

async function outputsOf(
  inputs: PropertyMap,
  name: string,
  job: PropertyMap,
  run: Run,
): Promise<PropertyMap> {
  const workspaceId = text(inputs, "workspaceId");
  return {
    ...inputs,
    runName: name,
    runId: `${workspaceId}/jobs/${name}`,
    status: job["status"]!,
    metrics: await jobMetrics(workspaceId, name, run),
    models: await registered(inputs, name, job, run),
    outputs: Object.fromEntries(
      Object.keys(map(job["outputs"])).map((output) => [
        output,
        `azureml://jobs/${name}/outputs/${output}/paths/`,
      ]),
    ),
  };
}

/** Submits what has not run, waits, and answers with what it left. */
async function perform(inputs: PropertyMap, run: Run): Promise<PropertyMap> {
  const last = await lastRun(inputs, run);
  if (last.status === undefined) {
    run.progress(`submitting ${last.name}`);
    const properties = map(inputs["properties"]);
    const tags = { ...map(properties["tags"]), [contentTag(last.key)]: text(inputs, "jobName") };
    const body = { properties: { ...properties, tags } };
    await run.azure.run({ method: "PUT", id: last.id, body }, run.signal);
  }
  for (;;) {
    const found = await readResource(last.id, run);
    if (!found) throw new Error(`${last.id}: the job was deleted while it ran`);
    const job = propertiesOf(found.body);
    const status = text(job, "status");
    const state = stateOf(status);
    if (state === "completed") return outputsOf(inputs, last.name, job, run);
    if (state === "failed")
      throw new FinalError(
        `${last.id}: the job ended ${status}\n${await jobLog(text(inputs, "workspaceId"), last.name, run)}\nThe next up runs it again`,
      );
    run.progress(`${last.name} is ${status}`);
    await run.sleep(run.pace.poll);
  }
}

const foretold = (inputs: PropertyMap): PropertyMap => ({
  ...inputs,
  ...Object.fromEntries(
    ["runName", "runId", "status", "metrics", "models", "outputs"].map((name) => [name, UNKNOWN]),
  ),
});

export const job: Resource = {
  minutes: 7 * 24 * 60,

  check: ({ news }) => Promise.resolve({ inputs: news, failures: failuresOf(news) }),

  /** What it is made of, or what only shows it: both are a change, and the first one alone makes a run. */
  diff({ news, oldInputs, ignoreChanges }) {
    const paths = INPUTS.filter((name) => !ignoreChanges.includes(name)).flatMap((name) =>
      differences(news[name], oldInputs[name], name),
    );
    const another = ["workspaceId"].filter((name) => paths.includes(name));
    return {
      changes: paths.length > 0,
      diffs: [...new Set(paths.map((path) => path.split(".")[0]!))],
      replaces: another,
      detailedDiff: Object.fromEntries(
        paths.map((path) => [
          path,
          { kind: another.includes(path) ? "UPDATE_REPLACE" : "UPDATE", inputDiff: true } as const,
        ]),
      ),
    };
  },

  async create({ properties, preview }, run) {
    if (preview) {
      run.warn("will run: it is new here, or was never run with this content");
      return { id: "", properties: foretold(properties) };
    }
    return { id: idOf(properties), properties: await perform(properties, run) };
  },

  async update({ news, oldInputs, olds, preview }, run) {
    const why = reasons(asked(news), asked(oldInputs));
    if (why.length === 0) return { properties: { ...olds, ...news } };
    if (preview) {
      run.warn(`will run: ${why.join(", ")} changed`);
      return { properties: foretold(news) };
    }
    return { properties: await perform(news, run) };
  },

  /** That it ran stays true, whatever became of the run's record. */
  read: ({ id, inputs, properties }) => Promise.resolve({ id, inputs, properties }),

  delete: () => Promise.resolve(),
};
