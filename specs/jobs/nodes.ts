/** The nodes of a pipeline: each a component, its own or one that exists, with inputs bound to it. */
import type { z } from "zod";
import { didYouMean } from "../nearest.ts";
import { isMapping } from "../fields.ts";
import { readAutomlNode } from "./automl-node.ts";
import { readCommandNode, readSweepNode } from "./command-nodes.ts";
import { readComponent } from "./node-components.ts";
import { readNodeInputs, readNodeOutputs } from "./node-parts.ts";
import { SCHEMAS, isReferred, typeOf } from "./node-schemas.ts";
import { readParallelNode } from "./parallel-node.ts";
import { readCompute } from "./parts.ts";
import { readSparkNode } from "./spark-node.ts";
import { readTransferNode } from "./transfer-node.ts";
import type { NodeType } from "./node-schemas.ts";
import type { RawNode, nodeCommon } from "./node-parts.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";

export { nodes } from "./node-schemas.ts";

/** Every node of a pipeline. */
export const readNodes = (
  raw: Readonly<Record<string, RawNode>>,
  reader: Reader,
  path: KeyPath,
  pipelineOf: PipelineOf,
): Record<string, Template> =>
  Object.fromEntries(
    Object.entries(raw).map(([name, node]) => [
      name,
      { name, ...readNode(typeOf(node), node, reader, [...path, name], pipelineOf) },
    ]),
  );

/** The body of the pipeline component that a file holds; given from outside, as pipelines are made of nodes. */
export type PipelineOf = (file: Reader) => Record<string, Template> | undefined;
type Read = (raw: never, reader: Reader, path: KeyPath, pipelineOf: PipelineOf) => Record<string, Template>;

const READERS: Readonly<Record<NodeType, Read>> = {
  command: readCommandNode,
  sweep: readSweepNode,
  parallel: readParallelNode,
  spark: readSparkNode,
  data_transfer: readTransferNode,
  pipeline: (raw: z.infer<(typeof SCHEMAS)["pipeline"]["referred"]>, reader, path, pipelineOf) => ({
    ...(typeof raw.component === "string"
      ? readComponent(raw.component, reader, [...path, "component"], pipelineOf)
      : {}),
  }),
};

function readNode(
  type: string,
  raw: RawNode,
  reader: Reader,
  path: KeyPath,
  pipelineOf: PipelineOf,
): Record<string, Template> {
  if (type === "automl") return readAutomlNode(raw as never, reader, path);
  const common = raw as z.infer<z.ZodObject<typeof nodeCommon>>;
  const allBound = readNodeInputs(common.inputs, reader, [...path, "inputs"]);
  const allGiven = readNodeOutputs(common.outputs, reader, [...path, "outputs"]);
  const own = READERS[type as NodeType](raw as never, reader, path, pipelineOf);
  const ports = portsOf(own);
  const bound = known(allBound, ports?.inputs, reader, [...path, "inputs"]);
  const given = known(allGiven, ports?.outputs, reader, [...path, "outputs"]);
  return {
    ...(isReferred(raw) && readOthers(raw, SCHEMAS[type as NodeType].referred.shape, reader, path)),
    type,
    inputs: Object.keys(bound).length > 0 ? bound : undefined,
    outputs: Object.keys(given).length > 0 ? given : undefined,
    properties: common.properties,
    comment: common.comment,
    computeId: readCompute(common.compute, reader, [...path, "compute"]),
    ...own,
  };
}

type Ports = Readonly<Record<"inputs" | "outputs", readonly string[]>>;

/** Of a component that stands in a file: what goes in and comes out. Of others the client does not look. */
function portsOf(own: Record<string, Template>): Ports | undefined {
  const { componentId: id } = (isMapping(own["trial"]) ? own["trial"] : own) as { componentId?: Template };
  const reference = isMapping(id) && isMapping(id["hole"]) ? id["hole"] : {};
  if (own["_source"] !== "YAML.COMPONENT" || !isMapping(reference["spec"])) return undefined;
  const { properties } = (reference["spec"]["body"] ?? {}) as { properties?: { componentSpec?: object } };
  if (!properties?.componentSpec) return undefined;
  const { inputs = {}, outputs = {} } = properties.componentSpec as { inputs?: object; outputs?: object };
  return { inputs: Object.keys(inputs), outputs: Object.keys(outputs) };
}

/** The client leaves out what its component does not have. */
function known(
  all: Record<string, Template>,
  ports: readonly string[] | undefined,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> {
  if (!ports) return all;
  for (const name of Object.keys(all).filter((each) => !ports.includes(each)))
    reader.ignored(
      [...path, name],
      `its component has no "${name}", and Microsoft's tools leave it out${didYouMean(name, ports)}`,
    );
  return Object.fromEntries(Object.entries(all).filter(([name]) => ports.includes(name)));
}

/** Of the job that a node was, and not of the node. */
const DROPPED = ["name", "description", "experiment_name"];
const EXPECTED = [...DROPPED, "display_name", "tags"];

/** Keys that the client does not know in a node with a component go to the service as they are. */
function readOthers(
  raw: RawNode,
  shape: Readonly<Record<string, unknown>>,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> {
  const others = Object.entries(raw).filter(([key]) => !(key in shape));
  for (const [key] of others)
    if (!EXPECTED.includes(key))
      reader.ignored(
        [...path, key],
        `key "${key}" is no key of a node; Microsoft's tools pass it on${didYouMean(key, Object.keys(shape))}`,
      );
  return Object.fromEntries(
    others.filter(([key, value]) => !DROPPED.includes(key) && !isEmpty(value)) as [string, Template][],
  );
}

const isEmpty = (value: unknown): boolean =>
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (isMapping(value) && Object.keys(value).length === 0);
