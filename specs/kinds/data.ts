/** Data assets: a file, a folder or an MLTable, beside the YAML or anywhere. */
import { join } from "node:path";
import { z } from "zod";
import { assetFields, common, keys, names, readOnly, required, text, version } from "../fields.ts";
import { defineKind, defined } from "../kind.ts";
import { schemaProblems } from "../problems.ts";
import type { Reader } from "../reader.ts";
import { parseUri } from "../references.ts";
import type { DataProperties } from "../arm.ts";
import type { DataSpec, Reference } from "../types.ts";

const dataSchema = keys({
  ...common,
  ...assetFields,
  name: names.data.optional(),
  version: version.optional(),
  type: z.enum(["uri_file", "uri_folder", "mltable"]).default("uri_folder"),
  path: required,
  datastore: text.optional(),
  properties: readOnly,
});

const WANTED = { uri_file: "file", uri_folder: "folder", mltable: "folder" } as const;

function readData(raw: z.infer<typeof dataSchema>, reader: Reader): DataSpec {
  const path = reader.content(raw.path, "data", ["path"], raw.datastore, WANTED[raw.type]);
  return defined({
    name: raw.name,
    version: reader.version(raw.version, ["version"]),
    description: raw.description,
    tags: reader.strings(raw.tags, ["tags"]),
    type: raw.type,
    path,
    referenced_uris: raw.type === "mltable" ? referencedUris(path, reader) : undefined,
  });
}

const mltable = z.object({
  paths: z.array(z.partialRecord(z.enum(["file", "folder", "pattern"]), z.string())).min(1),
});

/** What the `MLTable` file in a local folder names: URIs as they are, local paths from the folder on. */
function referencedUris(path: Reference, reader: Reader): string[] | undefined {
  if (path.kind !== "upload") return undefined;
  const file = reader.include(join(path.path, "MLTable"), ["path"]);
  if (!file) return undefined;
  const checked = mltable.safeParse(file.source.value);
  if (!checked.success) {
    reader.problems.push(...schemaProblems(file.source, file.source.value, checked.error.issues));
    return undefined;
  }
  return checked.data.paths.flatMap((entry) =>
    Object.values(entry).map((place) => (parseUri(place) ? place : join(path.path, place))),
  );
}

export const data = defineKind({
  kind: "data",
  schemas: ["data"],
  resourceType: "workspaces/data/versions",
  looksLike: (value) =>
    typeof value["type"] === "string" &&
    /^(uri_file|uri_folder|mltable)$/.test(value["type"]) &&
    !("source" in value),
  schema: dataSchema,
  read: readData,
  body: <Id>(spec: DataSpec, resolve: (reference: Reference) => Id): { properties: DataProperties<Id> } => ({
    properties: defined({
      dataType: spec.type,
      description: spec.description,
      tags: spec.tags,
      properties: {},
      dataUri: resolve(spec.path),
      isAnonymous: false,
      isArchived: false,
      referencedUris: spec.referenced_uris && [...spec.referenced_uris],
    }),
  }),
});
