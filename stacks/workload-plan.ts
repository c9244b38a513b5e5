/** What the workloads of a stage come to: endpoints with their deployments, and the assets that those use. */
import { relative } from "node:path";
import type { AnyDocument, Kind, SpecDocument } from "../specs/types.ts";
import { planAssets } from "./asset-plan.ts";
import type { AssetPlan } from "./asset-plan.ts";

interface PlannedEndpoint<Endpoint extends Kind, Deployment extends Kind> {
  readonly document: SpecDocument<Endpoint>;
  readonly deployments: readonly SpecDocument<Deployment>[];
  /** Relative to the project: what to try it with. */
  readonly sample?: string;
}
type PlannedOnlineEndpoint = PlannedEndpoint<"onlineEndpoint", "onlineDeployment">;
type PlannedBatchEndpoint = PlannedEndpoint<"batchEndpoint", "batchDeployment" | "pipelineBatchDeployment">;

export interface WorkloadPlan {
  readonly documents: readonly AnyDocument[];
  readonly assets: AssetPlan;
  readonly onlineEndpoints: readonly PlannedOnlineEndpoint[];
  readonly batchEndpoints: readonly PlannedBatchEndpoint[];
}

/** @param root the project's folder. */
export function planWorkloads(documents: readonly AnyDocument[], root: string): WorkloadPlan {
  const of = <K extends Kind>(kind: K) =>
    documents.filter((document): document is AnyDocument & SpecDocument<K> => document.kind === kind);
  const sample = (path: string | undefined) => path !== undefined && { sample: relative(root, path) };
  return {
    documents,
    assets: planAssets(documents, root),
    onlineEndpoints: of("onlineEndpoint").map((document) => ({
      document,
      deployments: of("onlineDeployment").filter(({ spec }) => spec.endpoint_name === document.name),
      ...sample(document.sampleRequest),
    })),
    batchEndpoints: of("batchEndpoint").map((document) => ({
      document,
      deployments: [...of("batchDeployment"), ...of("pipelineBatchDeployment")].filter(
        ({ spec }) => spec.endpoint_name === document.name,
      ),
      ...sample(document.sampleInput),
    })),
  };
}
