/** Invocations of deployments that deploy a pipeline component: a pipeline job of the workspace. */
import { randomUUID } from "node:crypto";
import type { Jobs } from "../../../contracts-jobs.ts";
import type { Claims } from "../../../contracts.ts";
import { ArmError } from "../errors.ts";
import { keyOf } from "../id.ts";
import { at, isObject, type JsonObject, member, objectAt, textAt } from "../json.ts";
import type { Resource } from "../store.ts";
import type { Cloud } from "../table.ts";
import { assetName, studioService } from "../tables/ml/common.ts";
import { checkJob, type StartJob } from "./job-runs.ts";
import { dataType, readInputs, readOutputs, refuse } from "./job-values.ts";
import { componentSpec, declaredInputs } from "./component-spec.ts";
import { pipelineSpec } from "./pipeline-spec.ts";
import { workspaceIdOf } from "./references.ts";

export interface Invocation {
  readonly cloud: Cloud;
  readonly jobs: Jobs;
  readonly startJob: StartJob;
  readonly endpoint: Resource;
  readonly deployment: Resource;
  readonly body: unknown;
  readonly caller: Claims;
}

const membersOf = (from: JsonObject, name: string): JsonObject => {
  const found = member(from, name);
  return isObject(found) ? found : {};
};

/** As jobs have them: clients differ in the case of members and in the words of types. The names are the author's. */
const inCase = (values: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      isObject(value)
        ? Object.fromEntries(
            ["jobInputType", "jobOutputType", "uri", "value", "mode"].flatMap((own) => {
              const found = member(value, own);
              if (found === undefined) return [];
              const word = own.endsWith("Type") && typeof found === "string";
              return [[own, word ? (dataType(found) ?? found.toLowerCase()) : found]];
            }),
          )
        : value,
    ]),
  );

/** The inputs that are wrong in name: none, too few or too many, all told at once. */
function checkNames(component: JsonObject, given: JsonObject): void {
  const declared = objectAt(component, "inputs");
  const optional = (input: unknown) =>
    isObject(input) && (input["optional"] === true || (input["default"] ?? null) !== null);
  const missing = Object.keys(declared).filter((name) => !(name in given) && !optional(declared[name]));
  const unknown = Object.keys(given).filter((name) => !(name in declared));
  const says = [
    ...(missing.length > 0 ? [`it lacks ${missing.join(", ")}`] : []),
    ...(unknown.length > 0 ? [`it does not know ${unknown.join(", ")}`] : []),
  ];
  if (says.length > 0)
    throw refuse(
      `The inputs of the deployed pipeline are ${Object.keys(declared).join(", ") || "none"}: ${says.join(", and ")}.`,
    );
}

/** Plans the job whole, writes it down and starts it. Rejects with a 400 that names what is wrong. */
export function submitPipeline(invocation: Invocation): Resource {
  const { cloud, jobs, startJob, endpoint, deployment, body, caller } = invocation;
  const workspaceId = workspaceIdOf(endpoint.id);
  const whole = isObject(body) ? body : {};
  const properties = member(whole, "properties");
  const from = isObject(properties) ? properties : whole;
  const text = (name: string) => {
    const found = member(from, name) ?? member(whole, name);
    return typeof found === "string" ? found : undefined;
  };
  const name = text("name") ?? `batchjob-${randomUUID()}`;
  if (!assetName.pattern.test(name))
    throw new ArmError(400, "BadArgument", `'${name}' is not a valid name of a job: ${assetName.says}.`);
  const id = `${workspaceId}/jobs/${name}`;
  if (cloud.store.get(keyOf(id)))
    throw new ArmError(409, "Conflict", `A job with the name '${name}' exists.`);

  const configuration = objectAt(deployment.body, "properties.deploymentConfiguration");
  const component = componentSpec(cloud, workspaceId, textAt(configuration, "componentId.assetId") ?? "");
  const given = inCase(membersOf(from, "inputData"));
  checkNames(component, given);
  const declared = objectAt(component, "outputs");
  const sent = inCase(membersOf(from, "outputData"));
  const settings = objectAt(configuration, "settings");
  const spec = pipelineSpec(cloud, workspaceId, {
    job: name,
    nodes: objectAt(component, "jobs"),
    inputs: declaredInputs(objectAt(component, "inputs"), readInputs(cloud, workspaceId, given)),
    outputs: readOutputs(
      cloud,
      workspaceId,
      name,
      Object.fromEntries(
        Object.entries(declared).map(([own, output]) => [
          own,
          { ...(isObject(output) ? output : {}), ...objectAt(sent, own) },
        ]),
      ),
    ),
    defaultCompute: textAt(settings, "default_compute") ?? textAt(settings, "default_computeId"),
    continueOnStepFailure: !["false", false].includes(
      (at(settings, "continue_on_step_failure") as string | boolean | undefined) ?? true,
    ),
  });
  checkJob(jobs, spec);
  const job = cloud.arm.write(
    id,
    {
      properties: {
        jobType: "Pipeline",
        displayName: text("displayName") ?? name,
        experimentName: text("experimentName") ?? endpoint.name,
        computeId: null,
        isArchived: false,
        inputs: given,
        outputs: {},
        jobs: {},
        settings,
        tags: { ...membersOf(from, "tags"), "azureml.deploymentname": deployment.name },
        properties: { ...membersOf(from, "properties"), "azureml.deploymentid": deployment.id },
        services: studioService(name, workspaceId),
      },
    },
    { status: "NotStarted", endpoint: endpoint.key, deployment: deployment.key, startedBy: caller.oid },
  );
  startJob(job, spec);
  return job;
}
