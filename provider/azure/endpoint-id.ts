/** Kinds of endpoints, and their ARM ids. Pure. */
import type { Value } from "@azure-ml-as-code/protocol/values.ts";

/** Last segment of the type in the ARM id, by kind. */
export const PARTS = { online: "onlineEndpoints", batch: "batchEndpoints" } as const;
export type EndpointKind = keyof typeof PARTS;

const ID =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.MachineLearningServices\/workspaces\/[^/]+\/(\w+)\/[^/]+$/i;

/** Why this is not the ARM id of such an endpoint, if it is not. */
export const idProblem = (id: Value | undefined, kind: EndpointKind): string | undefined =>
  typeof id === "string" && ID.exec(id)?.[1]?.toLowerCase() === PARTS[kind].toLowerCase()
    ? undefined
    : `${typeof id === "string" ? id : JSON.stringify(id)} is not the ARM id of an endpoint (…/workspaces/W/${PARTS[kind]}/E)`;
