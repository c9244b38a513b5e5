/** Nodes that copy data, or bring it in from a database or a file system, or out to one. */
import type { z } from "zod";
import { keys, required, words } from "../fields.ts";
import { place } from "../transfer-place.ts";
import { didYouMean } from "../nearest.ts";
import { readComponent } from "./node-components.ts";
import { nodeCommon, nodeInline } from "./node-parts.ts";
import { local } from "./node-components.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";

const fields = {
  ...nodeCommon,
  type: words(["data_transfer"]),
  task: words(["copy_data", "import_data", "export_data"]),
  source: place.optional(),
  sink: place.optional(),
  data_copy_mode: words(["merge_with_overwrite", "fail_if_conflict"]).optional(),
};
export const TRANSFER = {
  referred: keys({ ...fields, component: required }),
  inline: keys({ ...fields, ...nodeInline }),
} as const;
type Raw = z.infer<typeof TRANSFER.inline> & { readonly component?: string };

/** What a task has beside what every node has; and what brings data in and out where the node names no component. */
const TASKS = {
  copy_data: { needs: "outputs", end: undefined, port: undefined },
  import_data: { needs: "source", end: "outputs", port: "sink" },
  export_data: { needs: "sink", end: "inputs", port: "source" },
} as const;
const BUILT_IN = "azureml://registries/azureml/components";

export function readTransferNode(raw: Raw, reader: Reader, path: KeyPath): Record<string, Template> {
  const { needs, end, port } = TASKS[raw.task];
  if (raw[needs] === undefined && raw.task !== "copy_data")
    reader.problem([...path, needs], `is missing; task ${raw.task} needs it`);
  for (const key of ["source", "sink"] as const)
    if (raw[key] !== undefined && key !== needs)
      reader.problem([...path, key], `unknown key "${key}" of task ${raw.task}${didYouMean(key, [needs])}`);
  const ports = end && Object.keys(raw[end] ?? {});
  if (ports && (ports.length !== 1 || ports[0] !== port))
    reader.problem(
      [...path, end],
      `found ${ports.join(", ") || "none"}; allowed: one that is called ${port}`,
    );
  return {
    task: raw.task,
    display_name: raw.display_name,
    tags: raw.tags,
    source: raw.source,
    sink: raw.sink,
    data_copy_mode: raw.data_copy_mode,
    ...component(raw, reader, path),
  };
}

function component(raw: Raw, reader: Reader, path: KeyPath): Record<string, Template> {
  if (raw.component !== undefined)
    return { ...readComponent(raw.component, reader, [...path, "component"], () => undefined) };
  if (raw.task === "copy_data") {
    const spec = { type: "data_transfer", task: raw.task, data_copy_mode: raw.data_copy_mode };
    return {
      componentId: local({ properties: { componentSpec: spec, isAnonymous: true, isArchived: false } }),
      _source: "YAML.JOB",
    };
  }
  const { type = "file_system" } = raw.source ?? raw.sink ?? {};
  if (raw.task === "export_data" && type === "file_system")
    reader.problem([...path, "sink"], "found a file system; allowed: a database");
  const direction = raw.task.replace("_data", "");
  return {
    componentId: `${BUILT_IN}/${direction}_data_${type}/versions/0.0.1`,
    _source: "BUILTIN",
  };
}
