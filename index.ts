/**
 * One stage of Azure Machine Learning, as code.
 *
 *   Pulumi.<stage>.yaml + workloads/  ->  readStage   checked whole, every problem at once
 *                                     ->  buildStage  platform: group, identities, storage, vault, registry, monitoring,
 *                                                               roles, workspace, clusters, datastores
 *                                                     workloads: uploads, code, environments, models,
 *                                                               online endpoints with traffic, batch endpoints
 *
 * Stack `prod` is all of stage prod. `prod-platform` and `prod-workloads` are its halves, for two teams: the second reads
 * what the first says of itself.
 */
import "./stacks/stack-traces.ts";
import { readStage } from "./stacks/config.ts";
import { buildStage } from "./stacks/stage.ts";

const stage = buildStage(await readStage());
export const { resourceGroup, workspace, suffix, storageAccount, pipeline, platform } = stage;
export const { onlineEndpoints, batchEndpoints, jobs } = stage;
