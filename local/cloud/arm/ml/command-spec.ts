/** Command jobs, and command components as steps of pipelines, as they are run. */
import type { CommandSpec, JobCompute, JobInput, JobOutput } from "../../../contracts-jobs.ts";
import { durationMs } from "../durations.ts";
import { keyOf } from "../id.ts";
import { asText, isArmId, isObject, type JsonObject, numberAt, objectAt, textAt } from "../json.ts";
import type { Cloud } from "../table.ts";
import { COMPUTE } from "../tables/ml/computes.ts";
import { assetBlob, environmentSpec } from "./deployment-spec.ts";
import { readInputs, readOutputs, refuse } from "./job-values.ts";
import { datastoreBlob, WORKSPACE } from "./references.ts";

/** Nodes that a job without a cluster has: what the machine gives. */
const SERVERLESS_NODES = 4;

/** Folder of a run's own files. */
export const artifactsOf = (cloud: Cloud, workspaceId: string, job: string) => ({
  ...datastoreBlob(cloud, workspaceId, "workspaceartifactstore"),
  path: `ExperimentRun/dcid.${job}`,
});

const bareReference = (text: string) => text.replace(/^azureml:/i, "");

/** The cluster that an ARM id or a bare name means. */
export function computeOf(
  cloud: Cloud,
  workspaceId: string,
  reference: string | undefined,
  nodes: number,
): JobCompute {
  const name = bareReference(reference ?? "serverless");
  if (/^serverless$/i.test(name)) return { name: "serverless", nodes, maxNodes: SERVERLESS_NODES };
  const key = keyOf(isArmId(name) ? name : `${workspaceId}/computes/${name}`);
  const found = cloud.store.get(key);
  if (found?.type !== COMPUTE) throw refuse(`The compute '${name}' was not found.`);
  const maxNodes = numberAt(found.body, "properties.properties.scaleSettings.maxNodeCount") ?? 1;
  if (nodes > maxNodes && textAt(found.body, "properties.computeType") === "AmlCompute")
    throw refuse(`The job wants ${nodes} nodes, and the cluster '${found.name}' has ${maxNodes} at most.`);
  return { name: key, nodes, maxNodes };
}

export interface CommandParts {
  readonly job: string;
  readonly command: string;
  readonly code: string | undefined;
  readonly environment: string | undefined;
  readonly variables: JsonObject;
  readonly inputs: Readonly<Record<string, JobInput>>;
  readonly outputs: Readonly<Record<string, JobOutput>>;
  readonly compute: string | undefined;
  readonly nodes: number;
  readonly processes: number;
  readonly timeoutMs: number | undefined;
}

/** @throws ArmError 400 for an asset or a compute that is not there. */
export function commandSpec(cloud: Cloud, workspaceId: string, parts: CommandParts): CommandSpec {
  const { job, command, inputs, outputs, processes } = parts;
  const code = parts.code === undefined ? undefined : bareAsset(parts.code);
  const environment = parts.environment === undefined ? undefined : bareAsset(parts.environment);
  return {
    kind: "command",
    job,
    command,
    ...(code !== undefined && { code: assetBlob(cloud, workspaceId, code, "codes", "codeUri") }),
    ...(environment !== undefined && { environment: environmentSpec(cloud, workspaceId, environment) }),
    environmentVariables: {
      ...workspaceVariables(workspaceId),
      ...Object.fromEntries(Object.entries(parts.variables).map(([name, value]) => [name, asText(value)])),
    },
    inputs,
    outputs,
    processes,
    ...(parts.timeoutMs !== undefined && { timeoutMs: parts.timeoutMs }),
    compute: computeOf(cloud, workspaceId, parts.compute, parts.nodes),
    artifacts: artifactsOf(cloud, workspaceId, job),
  };
}

const bareAsset = (text: string) => (isArmId(bareReference(text)) ? bareReference(text) : text);

/** Where a job finds its workspace. */
function workspaceVariables(workspaceId: string): Record<string, string> {
  const [, , subscription = "", , group = ""] = workspaceId.split("/");
  return {
    AZUREML_ARM_SUBSCRIPTION: subscription,
    AZUREML_ARM_RESOURCEGROUP: group,
    AZUREML_ARM_WORKSPACE_NAME: workspaceId.slice(workspaceId.lastIndexOf("/") + 1),
    AZUREML_ARM_PROJECT_SCOPE: `/subscriptions/${subscription}/resourceGroups/${group}/providers/${WORKSPACE}`,
  };
}

const PROCESSES = ["processCountPerInstance", "process_count_per_instance"];
export const processesOf = (distribution: JsonObject): number =>
  PROCESSES.map((name) => numberAt(distribution, name)).find((count) => count !== undefined) ?? 1;

/** A command job's body, `properties` of the resource. */
export function commandJobSpec(
  cloud: Cloud,
  workspaceId: string,
  job: string,
  body: JsonObject,
): CommandSpec {
  const timeout = textAt(body, "limits.timeout");
  const timeoutMs = timeout === undefined ? undefined : durationMs(timeout);
  if (timeout !== undefined && timeoutMs === undefined)
    throw refuse(`limits.timeout '${timeout}' is no ISO 8601 duration such as PT1H.`);
  return commandSpec(cloud, workspaceId, {
    job,
    command: textAt(body, "command") ?? "",
    code: textAt(body, "codeId"),
    environment: textAt(body, "environmentId"),
    variables: objectAt(body, "environmentVariables"),
    inputs: readInputs(cloud, workspaceId, objectAt(body, "inputs")),
    outputs: readOutputs(cloud, workspaceId, job, withoutDefault(objectAt(body, "outputs"))),
    compute: textAt(body, "computeId"),
    nodes: numberAt(body, "resources.instanceCount") ?? 1,
    processes: processesOf(objectAt(body, "distribution")),
    timeoutMs,
  });
}

/** The run's artifacts go by that name in Azure ML: not an output that a command is told. */
export const withoutDefault = (outputs: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(outputs).filter(([name, value]) => name !== "default" && isObject(value)),
  );
