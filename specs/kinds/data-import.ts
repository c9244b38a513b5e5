/** Data that is brought in from a database or a bucket. */
import { z } from "zod";
import {
  assetFields,
  choose,
  isMapping,
  keys,
  names,
  required,
  strings,
  text,
  version,
  words,
} from "../fields.ts";
import { defineTemplate } from "../template.ts";
import type { Reader } from "../reader.ts";
import type { Template } from "../types.ts";

const database = keys({
  type: words(["database"]),
  table_name: text.optional(),
  query: text.optional(),
  stored_procedure: text.optional(),
  stored_procedure_params: z
    .array(keys({ name: text.optional(), value: text.optional(), type: text.optional() }))
    .optional(),
  connection: required,
});
const files = keys({ type: words(["file_system"]).optional(), path: text.optional(), connection: required });
type Source = z.infer<typeof database> | z.infer<typeof files>;

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
  source: choose<Source>((value) =>
    isMapping(value) && String(value["type"]).toLowerCase() === "database"
      ? (database as z.ZodType<Source>)
      : (files as z.ZodType<Source>),
  ),
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
