/** Data that is brought in from a database or a bucket. */
import { z } from "zod";
import { assetFields, isMapping, keys, names, required, strings, text, version } from "../fields.ts";
import { defineTemplate } from "../template.ts";
import { place } from "../transfer-place.ts";
import type { Reader } from "../reader.ts";
import type { Template } from "../types.ts";

export const dataImportSchema = keys({
  $schema: text.optional(),
  ...assetFields,
  name: names.data.optional(),
  version: version.optional(),
  description: text.optional(),
  tags: strings.optional(),
  properties: strings.optional(),
  datastore: text.optional(),
  path: required,
  type: z.enum(["uri_file", "uri_folder", "mltable"]).default("uri_folder"),
  source: place,
});

/** The definition that a schedule holds; sent alone it is one too. The client says `uri_folder` whatever the type. */
export function readDataImport(
  raw: z.infer<typeof dataImportSchema>,
  reader: Reader,
): Record<string, Template> {
  const { source } = raw;
  return {
    assetName: raw.name,
    dataType: "uri_folder",
    dataUri: raw.path,
    description: raw.description,
    tags: reader.strings(raw.tags, ["tags"]),
    properties: {},
    isAnonymous: false,
    isArchived: false,
    source:
      source.type === "database"
        ? {
            sourceType: "database",
            connection: source.connection,
            query: (source as { query?: string }).query,
          }
        : {
            sourceType: "file_system",
            connection: source.connection,
            path: (source as { path?: string }).path,
          },
  };
}

export const dataImport = defineTemplate({
  kind: "dataImport",
  schemas: ["dataImport"],
  resourceType: "workspaces/data/versions",
  looksLike: (value) => "source" in value && isMapping(value["source"]) && "connection" in value["source"],
  schema: dataImportSchema,
  read: (raw, reader) => ({
    name: raw.name,
    version: reader.version(raw.version, ["version"]),
    body: readDataImport(raw, reader),
  }),
});
