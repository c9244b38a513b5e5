/** Microsoft.MachineLearningServices: the whole table. */
import { sameText } from "../../json.ts";
import { ok, type ProviderTable } from "../../table.ts";
import { assetTypesOfWorkspace } from "./assets.ts";
import { batchDeploymentType, batchEndpointType } from "./batch.ts";
import { computeTypes } from "./computes.ts";
import { datastoreTypes } from "./datastores.ts";
import { jobTypes } from "./jobs.ts";
import { onlineDeploymentType } from "./online-deployments.ts";
import { onlineEndpointType } from "./online.ts";
import { workspaceTypes } from "./workspace.ts";

/** Sizes that examples name, with what they have. */
const VM_SIZES: readonly (readonly [name: string, cores: number, memoryGB: number])[] = [
  ["Standard_DS3_v2", 4, 14],
  ["Standard_D2s_v3", 2, 8],
  ["Standard_F2s_v2", 2, 4],
  ["Standard_F4s_v2", 4, 8],
  ["Standard_NC6s_v3", 6, 112],
];

const place =
  /^\/subscriptions\/[^/]+\/providers\/microsoft\.machinelearningservices\/locations\/[^/]+\/(vmsizes|usages|quotas)$/i;

export const machinelearningservices: ProviderTable = {
  types: [
    ...workspaceTypes,
    ...computeTypes,
    ...datastoreTypes,
    ...assetTypesOfWorkspace,
    onlineEndpointType,
    onlineDeploymentType,
    batchEndpointType,
    batchDeploymentType,
    ...jobTypes,
  ],
  routes: [
    {
      method: "GET",
      pattern: place,
      handle: (_, [, what]) =>
        sameText(what!, "vmSizes")
          ? ok({
              value: VM_SIZES.map(([name, vCPUs, memoryGB]) => ({
                name,
                vCPUs,
                memoryGB,
                gpus: 0,
                supportedComputeTypes: ["AmlCompute", "ComputeInstance"],
              })),
            })
          : ok({ value: [], nextLink: null }),
    },
  ],
};
