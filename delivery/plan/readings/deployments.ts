/** What each deployment serves, and on what. Pure. */
import type { ResourceState } from "@azure-ml-as-code/local/engine/resource.ts";
import { nameOf } from "@azure-ml-as-code/local/engine/urn.ts";
import type { Change, ChangeKind, Resources } from "../changes.ts";
import { assetOf, at, textAt } from "./references.ts";

interface Served {
  /** `name:version`; absent without one, as with MLflow environments. */
  readonly model?: string | undefined;
  readonly environment?: string | undefined;
  readonly code?: string | undefined;
  /** `2 × Standard_DS3_v2`, or the cluster of a batch deployment. */
  readonly instances?: string | undefined;
}

export interface DeploymentChange {
  readonly name: string;
  readonly kind: ChangeKind;
  readonly before?: Served;
  readonly after?: Served;
}

const TYPES = /:(Online|Batch)Deployment$/;

function served(state: ResourceState, all: Resources): Served {
  const asset = (paths: readonly string[], type: RegExp) =>
    paths.map((path) => assetOf(state, path, type, all)).find((found) => found !== undefined);
  const size = textAt(state.inputs, "properties.instanceType");
  const count = at(state.inputs, "sku.capacity") ?? at(state.inputs, "properties.resources.instanceCount");
  const cluster = textAt(state.inputs, "properties.compute")?.split("/").at(-1);
  const machine = size ?? (cluster && `nodes of ${cluster}`);
  return {
    model: asset(["properties.model.assetId", "properties.model"], /:ModelVersion$/),
    environment: asset(["properties.environmentId"], /:EnvironmentVersion$/),
    code: asset(["properties.codeConfiguration.codeId"], /:CodeVersion$/),
    instances: machine && `${typeof count === "number" ? `${String(count)} × ` : ""}${machine}`,
  };
}

export const deploymentChanges = (
  before: Resources,
  after: Resources,
  changes: readonly Change[],
): DeploymentChange[] =>
  changes
    .filter(({ type }) => TYPES.test(type) && !type.includes(":endpoints:"))
    .map(({ urn, kind }) => {
      const [old, now] = [before.get(urn), kind === "delete" ? undefined : after.get(urn)];
      return {
        name: nameOf(urn),
        kind,
        ...(old && { before: served(old, before) }),
        ...(now && { after: served(now, after) }),
      };
    });
