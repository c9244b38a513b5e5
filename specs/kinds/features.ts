/** Feature sets and the entities that they are about. */
import { z } from "zod";
import { anything, boolean, keys, names, readOnly, required, text, textTags, words } from "../fields.ts";
import { readTimedTrigger, trigger } from "../jobs/trigger.ts";
import { defineTemplate, hole, pascal } from "../template.ts";
import { parseUri } from "../references.ts";
import type { Template } from "../types.ts";

const common = {
  $schema: text.optional(),
  name: names.asset.optional(),
  version: required,
  description: text.optional(),
  tags: textTags.optional(),
  stage: z.enum(["Development", "Production", "Archived"]).optional(),
  id: readOnly,
  creation_context: readOnly,
  latest_version: readOnly,
};

const TYPES = ["string", "integer", "long", "float", "double", "binary", "datetime", "boolean"] as const;

export const featureStoreEntity = defineTemplate({
  kind: "featureStoreEntity",
  schemas: ["featureStoreEntity"],
  resourceType: "workspaces/featurestoreEntities/versions",
  looksLike: (value) => "index_columns" in value,
  schema: keys({
    ...common,
    index_columns: z.array(keys({ name: required, type: words(TYPES) })),
    properties: textTags.optional(),
  }),
  read: (raw, reader) => ({
    name: raw.name,
    version: raw.version,
    body: {
      properties: {
        description: raw.description,
        tags: reader.strings(raw.tags, ["tags"]),
        properties: reader.strings(raw.properties, ["properties"]),
        stage: raw.stage ?? "Development",
        indexColumns: raw.index_columns.map(({ name, type }) => ({
          columnName: name,
          dataType: pascal(type),
        })),
      },
    },
  }),
});

const materialization = keys({
  schedule: trigger.optional(),
  notification: keys({
    email_on: z.array(z.enum(["JobCompleted", "JobFailed", "JobCancelled"])),
    emails: z.array(text),
  }).optional(),
  resource: keys({ instance_type: text.optional() }).optional(),
  spark_configuration: anything.optional(),
  offline_enabled: boolean.optional(),
  online_enabled: boolean.optional(),
});

function readMaterialization(raw: z.infer<typeof materialization>): Template {
  const { offline_enabled: offline, online_enabled: online } = raw;
  return {
    schedule: raw.schedule && readTimedTrigger(raw.schedule),
    notification: raw.notification && { emailOn: raw.notification.email_on, emails: raw.notification.emails },
    resource: raw.resource && { instanceType: raw.resource.instance_type },
    sparkConfiguration: raw.spark_configuration as Template,
    storeType: offline && online ? "OnlineAndOffline" : online ? "Online" : offline ? "Offline" : "None",
  };
}

export const featureSet = defineTemplate({
  kind: "featureSet",
  schemas: ["featureSet"],
  resourceType: "workspaces/featuresets/versions",
  looksLike: (value) => "specification" in value && "entities" in value,
  schema: keys({
    ...common,
    specification: keys({ path: required }),
    entities: z.array(text),
    materialization_settings: materialization.optional(),
  }),
  read: (raw, reader) => {
    const path = ["specification", "path"];
    const where = raw.specification.path;
    return {
      name: raw.name,
      version: raw.version,
      body: {
        properties: {
          description: raw.description,
          tags: reader.strings(raw.tags, ["tags"]),
          properties: {},
          stage: raw.stage ?? "Development",
          entities: raw.entities,
          specification: {
            path: parseUri(where) ? where : hole(reader.content(where, "data", path, undefined, "folder")),
          },
          materializationSettings:
            raw.materialization_settings && readMaterialization(raw.materialization_settings),
        },
      },
    };
  },
});
