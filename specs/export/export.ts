/** A resource of a workspace as CLI v2 YAML, and what of it YAML has no words for. Pure. */
import { stringify } from "yaml";
import { toArm } from "../kinds.ts";
import { parseSpec } from "../parse.ts";
import { resourceIds } from "../resource-ids.ts";
import { YAML_OPTIONS } from "../source.ts";
import type { Scope } from "../resource-ids.ts";
import { exporters } from "./kinds.ts";
import { pipelineOf } from "./places.ts";
import { mapping, said, shorten } from "./short.ts";
import type { Mapping } from "./short.ts";
import { differing, unsaid } from "./unsaid.ts";

export interface Live {
  readonly id: string;
  /** Under `Microsoft.MachineLearningServices/`. */
  readonly type: string;
  readonly name: string;
  readonly version?: string;
  readonly body: Mapping;
}

export interface Exported {
  /** Text by file name; the first is the document. */
  readonly files: Readonly<Record<string, string>>;
  /** Paths of the body that the YAML does not give back: `properties.serviceDataAccessAuthIdentity`. */
  readonly lost: readonly string[];
  /** {@link lost}, and what says the same in other words: `os_type: linux` for `Linux`, an absent `tags` for an empty one. */
  readonly differing: readonly string[];
}

const SCHEMAS = "https://azuremlschemas.azureedge.net/latest";

/**
 * @param scope the workspace: what is in it is named by its name.
 * @param inlineJob where a schedule's own pipeline goes is a file beside it.
 * @returns the reason, in words, if there is no YAML for it.
 */
export function exportSpec(live: Live, scope: Scope): Exported | { readonly why: string } {
  const { body, name, version, type } = live;
  const properties = mapping(body["properties"]);
  const row = exporters[type]?.(properties);
  if (!row) return { why: `${type} of this kind has no YAML` };
  const short = shorten(scope);
  const parent = /\/(?:online|batch)Endpoints\/([^/]+)/i.exec(live.id)?.[1] ?? "";
  const stem = [
    type.split("/").at(type.endsWith("/versions") ? -2 : -1),
    parent === name ? "" : parent,
    name,
    version,
  ]
    .filter(Boolean)
    .join("-")
    .replaceAll(/[^\w.-]/g, "-");
  const pipeline = type === "workspaces/schedules" ? pipelineOf(body, short) : undefined;
  const jobFile = `${stem}.job.yml`;
  const document = said({
    $schema: `${SCHEMAS}/${row.schema}.schema.json`,
    name,
    version,
    ...row.toYaml({ body, properties, parent, short }),
    ...(pipeline && { create_job: jobFile }),
  });
  const write = (value: Mapping) =>
    stringify(value, { ...YAML_OPTIONS, lineWidth: 0, aliasDuplicateObjects: false });
  const text = write(document);
  const files = { [`${stem}.yml`]: text, ...(pipeline && { [jobFile]: write(pipeline) }) };
  if (pipeline) return { files, lost: [], differing: ["properties"] };
  const { document: read, problems } = parseSpec(`${stem}.yml`, text);
  if (!read) return { why: problems.map(({ path, message }) => `${path}: ${message}`).join("; ") };
  const context = { location: typeof body["location"] === "string" ? body["location"] : "" };
  const made = toArm(read, resourceIds(scope), context).body;
  return { files, lost: unsaid(body, made), differing: differing(body, made) };
}
