/** Models: a file or folder beside the YAML, or a URI. */
import { z } from "zod";
import {
  anything,
  assetFields,
  common,
  keys,
  names,
  readOnly,
  required,
  text,
  version,
  words,
} from "../fields.ts";
import { defineKind, defined } from "../kind.ts";
import type { Reader } from "../reader.ts";
import type { ModelProperties } from "../arm.ts";
import type { KeyPath, ModelSpec, Reference, ReferenceResolver } from "../types.ts";

/** Of a model in a registry. */
const deploymentTemplate = keys({ asset_id: text.optional() });

export const modelSchema = keys({
  ...common,
  ...assetFields,
  name: names.asset.optional(),
  version: version.optional(),
  type: words(["custom_model", "mlflow_model", "triton_model"]).default("custom_model"),
  path: required,
  tags: anything.optional(),
  stage: text.optional(),
  flavors: z.record(z.string(), anything).optional(),
  properties: anything.optional(),
  system_metadata: anything.optional(),
  default_deployment_template: deploymentTemplate.optional(),
  allowed_deployment_templates: z.array(deploymentTemplate).optional(),
  datastore: text.optional(),
  utc_time_created: readOnly,
  job_name: readOnly,
});
type RawModel = z.infer<typeof modelSchema>;

function readModel(raw: RawModel, reader: Reader, path: KeyPath = []): ModelSpec {
  const content = reader.content(raw.path, "model", [...path, "path"], raw.datastore);
  return defined({
    name: raw.name,
    version: reader.version(raw.version, [...path, "version"]),
    description: raw.description,
    tags: reader.texts(raw.tags, [...path, "tags"]),
    type: raw.type,
    path: content,
    stage: raw.stage,
    flavors:
      raw.flavors &&
      Object.fromEntries(
        Object.entries(raw.flavors).map(([name, data]) => [
          name,
          reader.texts(data, [...path, "flavors", name]),
        ]),
      ),
    properties: reader.texts(raw.properties, [...path, "properties"]),
    default_deployment_template: raw.default_deployment_template?.asset_id,
    allowed_deployment_templates: raw.allowed_deployment_templates?.map(({ asset_id }) => asset_id ?? ""),
  });
}

/** `azureml:…`, or a model written in place. */
export function readModelReference(raw: string | RawModel, reader: Reader, path: KeyPath): Reference {
  if (typeof raw === "string") return reader.asset(raw, "model", path);
  const spec = readModel(raw, reader, path);
  return { kind: "local", type: "model", ...(spec.path.kind === "upload" && { path: spec.path.path }), spec };
}

/** A model that a deployment holds in place has no document of its own: whoever makes it uses this. */
export const modelProperties = <Id>(
  spec: ModelSpec,
  resolve: ReferenceResolver<Id>,
  isAnonymous = false,
): ModelProperties<Id> =>
  defined({
    description: spec.description,
    tags: spec.tags,
    properties: spec.properties,
    flavors:
      spec.flavors &&
      Object.fromEntries(Object.entries(spec.flavors).map(([name, data]) => [name, { data }])),
    modelType: spec.type,
    modelUri: resolve(spec.path),
    stage: spec.stage,
    isAnonymous,
    isArchived: false,
    ...templates(spec),
  });

/** The client leaves the stage out where there are such templates. */
function templates({
  default_deployment_template: one,
  allowed_deployment_templates: all,
}: ModelSpec): object {
  if (one === undefined && !all?.length) return {};
  return {
    stage: undefined,
    defaultDeploymentTemplate: one === undefined ? undefined : { assetId: one },
    allowedDeploymentTemplates: all?.length ? all.map((assetId) => ({ assetId })) : undefined,
  };
}

export const model = defineKind({
  kind: "model",
  schemas: ["model"],
  resourceType: "workspaces/models/versions",
  looksLike: (value) =>
    typeof value["type"] === "string" && /^(custom|mlflow|triton)_model$/i.test(value["type"]),
  schema: modelSchema,
  read: readModel,
  body: (spec, resolve) => ({ properties: modelProperties(spec, resolve) }),
});
