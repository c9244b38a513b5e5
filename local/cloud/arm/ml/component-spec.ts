/** Components as they are registered, and those that stand for a pipeline job that ran before. */
import type { JobInput } from "../../../contracts-jobs.ts";
import { keyOf } from "../id.ts";
import { isArmId, isObject, type JsonObject, objectAt, textAt } from "../json.ts";
import type { Cloud } from "../table.ts";
import { dataType, literalText, refuse, typeWord } from "./job-values.ts";
import { findAsset, isRegistryAsset } from "./references.ts";

/** The interface of a pipeline job: its data are asked for anew, its values are defaults. */
function jobAsComponent(cloud: Cloud, workspaceId: string, spec: JsonObject, source: string): JsonObject {
  const name = source.replace(/^azureml:/i, "");
  const job = cloud.store.get(keyOf(isArmId(name) ? name : `${workspaceId}/jobs/${name}`));
  if (!job || textAt(job.body, "properties.jobType")?.toLowerCase() !== "pipeline")
    throw refuse(
      `The component is made from the job '${source}', which is no pipeline job of the workspace.`,
    );
  const inputs = Object.entries(objectAt(job.body, "properties.inputs")).map(([own, value]) => {
    const type = isObject(value) ? dataType(typeWord(value, "input") ?? "") : undefined;
    const text = literalText(isObject(value) ? value["value"] : value);
    return [own, type ? { type } : { type: "string", default: text }];
  });
  const outputs = Object.entries(objectAt(job.body, "properties.outputs")).map(([own, value]) => [
    own,
    { type: dataType((isObject(value) ? typeWord(value, "output") : undefined) ?? "") ?? "uri_folder" },
  ]);
  return {
    ...spec,
    type: "pipeline",
    inputs: Object.fromEntries(inputs) as JsonObject,
    outputs: Object.fromEntries(outputs) as JsonObject,
    jobs: objectAt(job.body, "properties.jobs"),
  };
}

/** The spec of a registered component. */
export function componentSpec(cloud: Cloud, workspaceId: string, reference: string): JsonObject {
  if (isRegistryAsset(reference))
    throw refuse(
      `The component '${reference}' lies in a registry, whose components this local Azure does not have.`,
    );
  const found = findAsset(cloud, workspaceId, reference, "components");
  if (!found) throw refuse(`The component '${reference}' was not found.`);
  const spec = objectAt(found.body, "properties.componentSpec");
  const source = textAt(spec, "sourceJobId") ?? textAt(spec, "source_job_id");
  const own = Object.keys(objectAt(spec, "jobs")).length > 0;
  return source && !own ? jobAsComponent(cloud, workspaceId, spec, source) : spec;
}

/** What a pipeline or component declares, given what it is sent. */
export function declaredInputs(
  declared: JsonObject,
  given: Readonly<Record<string, JobInput>>,
): Record<string, JobInput> {
  const defaults = Object.entries(declared).flatMap(([name, input]) => {
    const fallback = isObject(input) ? input["default"] : undefined;
    return fallback === undefined || fallback === null ? [] : [[name, literalText(fallback)]];
  });
  return { ...(Object.fromEntries(defaults) as Record<string, string>), ...given };
}
