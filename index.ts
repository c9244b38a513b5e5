/**
 * One stage of Azure Machine Learning, as code.
 *
 *   Pulumi.<stage>.yaml + workloads/  ->  readStage   checked whole, every problem at once
 *                                     ->  buildStage  platform: group, identities, storage, vault, registry, monitoring,
 *                                                               roles, workspace, clusters, datastores
 *                                                     workloads: uploads, code, environments, models,
 *                                                               online endpoints with traffic, batch endpoints
 */
import "./stacks/stack-traces.ts";
import { readStage } from "./stacks/config.ts";
import { buildStage } from "./stacks/stage.ts";

export const { resourceGroup, workspace, suffix, storageAccount, onlineEndpoints, batchEndpoints, jobs } =
  buildStage(readStage());
