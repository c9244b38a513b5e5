/** Microsoft.MachineLearningServices: the whole table. */
import type { ProviderTable } from "../../table.ts";
import { assetTypesOfRegistry, assetTypesOfWorkspace } from "./assets.ts";
import { batchDeploymentType, batchEndpointType } from "./batch.ts";
import { computeTypes } from "./computes.ts";
import { datastoreTypes } from "./datastores.ts";
import { jobTypes } from "./jobs.ts";
import { onlineDeploymentType } from "./online-deployments.ts";
import { onlineEndpointType } from "./online.ts";
import { quotaRoutes } from "./quotas.ts";
import { registryTypes } from "./registries.ts";
import { scheduleType } from "./schedules.ts";
import { workspaceTypes } from "./workspace.ts";

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
    scheduleType,
    ...registryTypes,
    ...assetTypesOfRegistry,
  ],
  routes: quotaRoutes,
};
