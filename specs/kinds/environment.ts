/** Environments: an image or a build context, and maybe a conda file. */
import { stringify } from "yaml";
import { z } from "zod";
import {
  assetFields,
  common,
  keys,
  names,
  readOnly,
  required,
  text,
  version,
  whole,
  words,
} from "../fields.ts";
import { defineKind, defined } from "../kind.ts";
import { schemaProblems } from "../problems.ts";
import type { Reader } from "../reader.ts";
import { YAML_OPTIONS } from "../source.ts";
import type { EnvironmentProperties } from "../arm.ts";
import type { EnvironmentSpec, KeyPath, Reference, ReferenceResolver } from "../types.ts";

const route = keys({ path: required, port: whole(1, 65_535) });

export const environmentSchema = keys({
  ...common,
  ...assetFields,
  name: names.asset.optional(),
  version: version.optional(),
  image: required.optional(),
  build: keys({ path: required, dockerfile_path: text.optional() }).optional(),
  conda_file: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  inference_config: keys({ liveness_route: route, readiness_route: route, scoring_route: route }).optional(),
  os_type: words(["linux", "windows"]).optional(),
  datastore: text.optional(),
  provisioning_state: readOnly,
});

function readEnvironment(
  raw: z.infer<typeof environmentSchema>,
  reader: Reader,
  path: KeyPath = [],
): EnvironmentSpec {
  if (raw.image === undefined && raw.build === undefined)
    reader.problem(
      path,
      "an environment needs an image, or a build context with a Dockerfile; found neither",
    );
  if (raw.image !== undefined && raw.build !== undefined)
    reader.problem([...path, "build"], "found both image and build; allowed: one of them");
  return defined({
    name: raw.name,
    version: reader.version(raw.version, [...path, "version"]),
    description: raw.description,
    tags: reader.strings(raw.tags, [...path, "tags"]),
    image: raw.image,
    build: raw.build && readBuild(raw.build, reader, [...path, "build"], raw.datastore),
    conda_file:
      raw.conda_file === undefined ? undefined : readConda(raw.conda_file, reader, [...path, "conda_file"]),
    inference_config: raw.inference_config,
    os_type: raw.os_type,
  });
}

function readBuild(
  build: { path: string; dockerfile_path?: string | undefined },
  reader: Reader,
  path: KeyPath,
  datastore: string | undefined,
): NonNullable<EnvironmentSpec["build"]> {
  const context = reader.content(build.path, "environment", [...path, "path"], datastore, "folder");
  if (context.kind === "upload") reader.local(build.path, [...path, "path"], "folder");
  if (context.kind === "upload")
    reader.uploaded(
      `${context.path}/${build.dockerfile_path ?? "Dockerfile"}`,
      [...path, "dockerfile_path"],
      "file",
    );
  return defined({ path: context, dockerfile_path: build.dockerfile_path });
}

/** A conda file as the YAML text that Azure stores: keys sorted, in the style of the client. */
function readConda(
  conda: string | Record<string, unknown>,
  reader: Reader,
  path: KeyPath,
): string | undefined {
  if (typeof conda !== "string") return condaText(conda);
  const file = reader.include(conda, path);
  if (!file) return undefined;
  const checked = z
    .object({ dependencies: z.array(z.unknown()) })
    .loose()
    .safeParse(file.source.value);
  if (checked.success) return condaText(checked.data);
  reader.problems.push(...schemaProblems(file.source, file.source.value, checked.error.issues));
  return undefined;
}

const condaText = (conda: unknown): string =>
  stringify(conda, {
    ...YAML_OPTIONS,
    sortMapEntries: true,
    indentSeq: false,
    singleQuote: true,
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });

/** `azureml:…`, `file:environment.yml`, or an environment written in place. */
export function readEnvironmentReference(
  raw: string | z.infer<typeof environmentSchema>,
  reader: Reader,
  path: KeyPath,
): Reference {
  if (typeof raw !== "string") return localEnvironment(readEnvironment(raw, reader, path));
  if (!raw.startsWith("file:")) return reader.asset(raw, "environment", path);
  const file = reader.include(raw, path);
  const checked = file && environmentSchema.safeParse(file.source.value);
  if (file && checked?.success) {
    const spec = readEnvironment(checked.data, file);
    reader.adopt(file, path);
    return localEnvironment(spec);
  }
  if (file && checked)
    reader.problems.push(...schemaProblems(file.source, file.source.value, checked.error?.issues ?? []));
  return { kind: "uri", uri: raw };
}

const localEnvironment = (spec: EnvironmentSpec): Reference => ({
  kind: "local",
  type: "environment",
  ...(spec.build?.path.kind === "upload" && { path: spec.build.path.path }),
  spec,
});

/** An environment that a deployment holds in place has no document of its own: whoever makes it uses this. */
export const environmentProperties = <Id>(
  spec: EnvironmentSpec,
  resolve: ReferenceResolver<Id>,
  isAnonymous = false,
): EnvironmentProperties<Id> =>
  defined({
    description: spec.description,
    tags: nonEmpty(spec.tags),
    image: spec.image,
    build:
      spec.build &&
      defined({ contextUri: resolve(spec.build.path), dockerfilePath: spec.build.dockerfile_path }),
    condaFile: spec.conda_file,
    inferenceConfig: spec.inference_config && {
      livenessRoute: spec.inference_config.liveness_route,
      readinessRoute: spec.inference_config.readiness_route,
      scoringRoute: spec.inference_config.scoring_route,
    },
    osType: spec.os_type,
    isAnonymous,
    isArchived: false,
  });

const nonEmpty = (map: Readonly<Record<string, string>>): Record<string, string> | undefined =>
  Object.keys(map).length > 0 ? map : undefined;

export const environment = defineKind({
  kind: "environment",
  schemas: ["environment"],
  resourceType: "workspaces/environments/versions",
  looksLike: (value) =>
    ("image" in value || "build" in value) && !("command" in value) && !("endpoint_name" in value),
  schema: environmentSchema,
  read: readEnvironment,
  body: (spec, resolve) => ({ properties: environmentProperties(spec, resolve) }),
});
