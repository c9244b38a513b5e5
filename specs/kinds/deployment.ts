/** What online and batch deployments share. */
import { z } from "zod";
import { common, keys, readOnly, required, strings, text } from "../fields.ts";
import type { Reader } from "../reader.ts";
import { environmentSchema, readEnvironmentReference } from "./environment.ts";
import { modelSchema, readModelReference } from "./model.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ArmCodeConfiguration } from "../arm.ts";
import type { CodeConfigurationSpec, Reference, ReferenceResolver } from "../types.ts";

export const deploymentFields = {
  ...common,
  name: text.optional(),
  endpoint_name: text,
  properties: strings.optional(),
  model: z.union([z.string(), modelSchema]).optional(),
  code_configuration: keys({ code: text.optional(), scoring_script: required }).optional(),
  environment: z.union([z.string(), environmentSchema]).optional(),
  environment_variables: strings.optional(),
  id: readOnly,
  provisioning_state: readOnly,
  creation_context: readOnly,
};
type RawDeployment = z.infer<z.ZodObject<typeof deploymentFields>>;

export interface DeploymentParts {
  name: string;
  endpoint_name: string;
  description: string | undefined;
  tags: Record<string, string>;
  properties: Record<string, string>;
  model: Reference | undefined;
  code_configuration: CodeConfigurationSpec | undefined;
  environment: Reference | undefined;
  environment_variables: Record<string, string>;
}

export function readDeployment(raw: RawDeployment, reader: Reader): DeploymentParts {
  return {
    name: raw.name ?? "",
    endpoint_name: raw.endpoint_name,
    description: raw.description,
    tags: reader.strings(raw.tags, ["tags"]),
    properties: reader.strings(raw.properties, ["properties"]),
    model: raw.model === undefined ? undefined : readModelReference(raw.model, reader, ["model"]),
    code_configuration: raw.code_configuration && readCode(raw.code_configuration, reader),
    environment:
      raw.environment === undefined
        ? undefined
        : readEnvironmentReference(raw.environment, reader, ["environment"]),
    environment_variables: reader.strings(raw.environment_variables, ["environment_variables"]),
  };
}

function readCode(
  raw: { code?: string | undefined; scoring_script: string },
  reader: Reader,
): CodeConfigurationSpec {
  if (raw.code === undefined) return { scoring_script: raw.scoring_script };
  const code = reader.code(raw.code, ["code_configuration", "code"]);
  if (code.kind === "local" && code.type === "code" && existsSync(code.path))
    reader.uploaded(join(code.path, raw.scoring_script), ["code_configuration", "scoring_script"], "file");
  return { code, scoring_script: raw.scoring_script };
}

export const armCode = <Id>(
  code: CodeConfigurationSpec,
  resolve: ReferenceResolver<Id>,
): ArmCodeConfiguration<Id> => ({
  ...(code.code && { codeId: resolve(code.code) }),
  scoringScript: code.scoring_script,
});
