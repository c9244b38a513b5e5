/** Packages: an image with a model and all that serves it, asked of the service by a POST beside the model's version. */
import { z } from "zod";
import { anything, choose, isMapping, keys, required, text, words } from "../fields.ts";
import { defineTemplate, hole, pascal } from "../template.ts";
import type { Reader } from "../reader.ts";
import type { Template } from "../types.ts";

const pathType = { input_path_type: words(["path_id", "url", "path_version"]).optional() };
const byId = keys({ ...pathType, resource_id: text.optional() });
const byUrl = keys({ ...pathType, url: text.optional() });
const byVersion = keys({
  ...pathType,
  resource_name: text.optional(),
  resource_version: text.optional(),
});
type Path = z.infer<typeof byId> | z.infer<typeof byUrl> | z.infer<typeof byVersion>;
const path = choose<Path>((value) =>
  isMapping(value) && "url" in value
    ? byUrl
    : isMapping(value) && ("resource_name" in value || "resource_version" in value)
      ? byVersion
      : byId,
);
function readPath(raw: Path): Template {
  if ("url" in raw) return { inputPathType: "Url", url: raw.url };
  if ("resource_name" in raw || "resource_version" in raw)
    return {
      inputPathType: "PathVersion",
      resourceName: raw.resource_name,
      resourceVersion: raw.resource_version,
    };
  return { inputPathType: "PathId", resourceId: "resource_id" in raw ? raw.resource_id : undefined };
}

/** To the client a server of Triton is one of the user's own. */
const SERVERS = {
  azureml_online: "AzureMLOnline",
  azureml_batch: "AzureMLBatch",
  custom: "Custom",
  triton: "Custom",
} as const;

const schema = keys({
  $schema: text.optional(),
  target_environment: choose<string | { name: string }>((value) =>
    isMapping(value) ? (keys({ name: required }) as z.ZodType<string | { name: string }>) : required,
  ),
  base_environment_source: keys({ type: required, resource_id: text.optional() }).optional(),
  inferencing_server: keys({
    type: words(Object.keys(SERVERS) as [keyof typeof SERVERS]),
    code_configuration: keys({ code: text.optional(), scoring_script: required }).optional(),
    inference_configuration: z.never({ error: "nothing; Microsoft's client fails over it" }).optional(),
  }),
  model_configuration: keys({
    mode: words(["copy", "download"]).optional(),
    mount_path: text.optional(),
  }).optional(),
  inputs: z
    .array(
      keys({
        type: words(["uri_file", "uri_folder"]).optional(),
        mode: words(["read_only_mount", "download"]).optional(),
        path: path.optional(),
        mount_path: text.optional(),
      }),
    )
    .optional(),
  tags: anything.optional(),
  environment_variables: anything.optional(),
});
type Raw = z.infer<typeof schema>;

function readServer({ type, code_configuration: code }: Raw["inferencing_server"], reader: Reader): Template {
  const where = ["inferencing_server", "code_configuration", "code"];
  const isOurs = type === "azureml_online" || type === "azureml_batch";
  return {
    serverType: SERVERS[type],
    codeConfiguration:
      isOurs && code
        ? {
            codeId: code.code === undefined ? undefined : hole(reader.code(code.code, where)),
            scoringScript: code.scoring_script,
          }
        : undefined,
  };
}

export const modelPackage = defineTemplate({
  kind: "modelPackage",
  schemas: ["modelVersionPackage", "modelPackage"],
  resourceType: "workspaces/models/versions/package",
  looksLike: (value) => "inferencing_server" in value && "target_environment" in value,
  schema,
  read: (raw, reader) => {
    const target =
      typeof raw.target_environment === "string" ? raw.target_environment : raw.target_environment.name;
    const named = /^azureml:(\w+):\d+$/.exec(target)?.[1] ?? target;
    return {
      name: named,
      body: {
        targetEnvironmentId: named,
        baseEnvironmentSource: raw.base_environment_source && {
          baseEnvironmentSourceType: raw.base_environment_source.type,
          resourceId: raw.base_environment_source.resource_id,
        },
        inferencingServer: readServer(raw.inferencing_server, reader),
        modelConfiguration: raw.model_configuration && {
          mode: raw.model_configuration.mode,
          mountPath: raw.model_configuration.mount_path,
        },
        inputs: raw.inputs?.length
          ? raw.inputs.map((input) => ({
              inputType: input.type && pascal(input.type),
              mode: input.mode && pascal(input.mode),
              path: input.path && readPath(input.path),
              mountPath: input.mount_path,
            }))
          : undefined,
        tags: raw.tags && Object.keys(raw.tags).length > 0 ? (raw.tags as Template) : undefined,
        environmentVariables: raw.environment_variables as Template,
      },
    };
  },
});
