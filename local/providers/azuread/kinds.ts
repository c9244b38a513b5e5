/** What can be done with each resource type: objects of the table, and links between objects. */
import type { CheckFailure } from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import { applyDrift } from "../diff.ts";
import type { Graph } from "./graph.ts";
import * as plan from "./plan.ts";
import { TYPES } from "./table.ts";
import type { GraphType } from "./table.ts";

/** Inputs and outputs are without secrets. */
export interface Kind {
  readonly failures: (inputs: PropertyMap) => CheckFailure[];
  /** Inputs whose change replaces the resource. */
  readonly fixed: readonly string[];
  readonly preview: (inputs: PropertyMap, olds?: PropertyMap) => PropertyMap;
  readonly create: (graph: Graph, inputs: PropertyMap) => Promise<{ id: string; outputs: PropertyMap }>;
  /** `undefined` when it is gone. Empty inputs are an import. */
  readonly read: (
    graph: Graph,
    id: string,
    inputs: PropertyMap,
    outputs: PropertyMap,
  ) => Promise<{ inputs: PropertyMap; outputs: PropertyMap } | undefined>;
  readonly update: (graph: Graph, id: string, olds: PropertyMap, inputs: PropertyMap) => Promise<PropertyMap>;
  readonly delete: (graph: Graph, id: string) => Promise<void>;
}

const text = (value: Value | undefined) => (typeof value === "string" ? value : "");

const objectKind = (type: GraphType): Kind => ({
  failures: (inputs) => plan.failures(type, inputs),
  fixed: [...type.forceNew, ...(type.links ?? [])],
  preview: (inputs, olds) => plan.preview(type, inputs, olds),
  async create(graph, inputs) {
    const refusal = await type.refusal?.(inputs, graph);
    if (refusal !== undefined) throw new Error(refusal);
    const object = await graph.post(type.collection(inputs), plan.createBody(type, inputs, graph.url));
    return { id: type.id(inputs, object), outputs: plan.outputs(type, inputs, object) };
  },
  async read(graph, id, inputs, outputs) {
    const object = await graph.get(type.item(id));
    if (!object) return undefined;
    const live = plan.outputs(type, inputs, object);
    const [before, now] = [outputs, live].map((values) => plan.fieldInputs(type, values)) as [
      PropertyMap,
      PropertyMap,
    ];
    return {
      inputs: Object.keys(inputs).length === 0 ? now : applyDrift(inputs, before, now),
      outputs: live,
    };
  },
  async update(graph, id, olds, inputs) {
    await graph.patch(type.item(id), plan.updateBody(type, olds, inputs));
    const object = await graph.get(type.item(id));
    if (!object) throw new Error(`'${id}' was changed, and is not there`);
    return plan.outputs(type, inputs, object);
  },
  delete: (graph, id) => graph.delete(type.item(id)),
});

const ENDS = ["groupObjectId", "memberObjectId"];

/** `GROUP/member/OBJECT`: no object of its own, but a link between two; made and removed, never changed. */
const membership: Kind = {
  failures: (inputs) => plan.failures({ required: ENDS, fields: {}, options: ENDS }, inputs),
  fixed: ENDS,
  preview: (inputs) => inputs,
  async create(graph, inputs) {
    const [group, member] = ENDS.map((name) => text(inputs[name])) as [string, string];
    await graph.post(`/groups/${group}/members/$ref`, {
      "@odata.id": `${graph.url}/directoryObjects/${member}`,
    });
    return { id: `${group}/member/${member}`, outputs: inputs };
  },
  async read(graph, id) {
    const [groupObjectId = "", memberObjectId = ""] = id.split("/member/");
    const members = await graph.list(`/groups/${groupObjectId}/members`);
    const there = members?.some((one) => isObject(one) && one["id"] === memberObjectId);
    const ends = { groupObjectId, memberObjectId };
    return there ? { inputs: ends, outputs: ends } : undefined;
  },
  update: () => Promise.reject(new Error("a membership is replaced, never updated")),
  delete(graph, id) {
    const [group = "", member = ""] = id.split("/member/");
    return graph.delete(`/groups/${group}/members/${member}/$ref`);
  },
};

const KINDS: Readonly<Record<string, Kind>> = {
  ...Object.fromEntries(Object.entries(TYPES).map(([token, type]) => [token, objectKind(type)])),
  "azuread:index/groupMember:GroupMember": membership,
};

/** @throws Error with the types that there are, for a token that is not one of them. */
export function kindOf(token: string): Kind {
  const kind = KINDS[token];
  if (kind) return kind;
  const offered = Object.keys(KINDS).join(", ");
  throw new Error(`resource type '${token}' is not one that the local azuread offers: ${offered}`);
}
