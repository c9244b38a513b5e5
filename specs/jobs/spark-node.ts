/** Nodes that run on Spark. */
import type { z } from "zod";
import { hole, snakeKeys } from "../template.ts";
import { readSparkSpec, sparkComponentSchema } from "./components.ts";
import { bySchema, local, readComponent } from "./node-components.ts";
import type { Referred } from "./node-components.ts";
import type { SCHEMAS } from "./node-schemas.ts";
import { readEnvironment, readJobIdentity } from "./parts.ts";
import { checkConf, readEntry, readNodeConf, readSparkResources, sparkIdentity } from "./spark.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";

export function readSparkNode(
  raw: z.infer<(typeof SCHEMAS)["spark"]["referred"]>,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> {
  let of: z.infer<typeof sparkComponentSchema> | undefined;
  const referred: Referred =
    typeof raw.component === "string"
      ? readComponent(
          raw.component,
          reader,
          [...path, "component"],
          bySchema(sparkComponentSchema, "spark", readSparkSpec, (seen) => {
            of = seen;
          }),
        )
      : inlineSpark(raw, reader, path);
  const entry = raw.entry ?? of?.entry;
  return {
    ...referred,
    resources: raw.resources && snakeKeys(readSparkResources(raw.resources, reader, [...path, "resources"])),
    py_files: raw.py_files ?? of?.py_files,
    jars: raw.jars ?? of?.jars,
    files: raw.files ?? of?.files,
    archives: raw.archives ?? of?.archives,
    conf: readNodeConf(raw.conf ?? of?.conf),
    args: raw.args ?? of?.args,
    entry: entry && snakeKeys(readEntry(entry)),
    identity: snakeKeys(readJobIdentity(raw.identity ?? sparkIdentity(raw.compute))),
  };
}

function inlineSpark(
  raw: z.infer<(typeof SCHEMAS)["spark"]["referred"]>,
  reader: Reader,
  path: KeyPath,
): Referred {
  checkConf(raw.conf, reader, [...path, "conf"]);
  const spec: Record<string, Template> = {
    code: raw.code ? hole({ kind: "prefixed", of: reader.jobCode(raw.code, [...path, "code"]) }) : undefined,
    environment: raw.environment
      ? hole({ kind: "prefixed", of: readEnvironment(raw.environment, reader, [...path, "environment"]) })
      : undefined,
    entry: raw.entry,
    conf: raw.conf,
    args: raw.args,
    type: "spark",
  };
  return {
    componentId: local({ properties: { componentSpec: spec, isAnonymous: true, isArchived: false } }),
    _source: "YAML.JOB",
  };
}
