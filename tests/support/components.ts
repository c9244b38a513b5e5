/** One of each component with the fewest arguments, for tests that hold for all of them. */
import type * as pulumi from "@pulumi/pulumi";
import { Code } from "../../components/assets/code.ts";
import { Component } from "../../components/assets/component.ts";
import { Data } from "../../components/assets/data.ts";
import { Environment } from "../../components/assets/environment.ts";
import { FeatureSet } from "../../components/assets/feature-set.ts";
import { FeatureStoreEntity } from "../../components/assets/feature-store-entity.ts";
import { Model } from "../../components/assets/model.ts";
import { Uploads } from "../../components/assets/uploads.ts";
import type { InWorkspace, Placement } from "../../components/component.ts";
import { Schedule } from "../../components/jobs/schedule.ts";
import { BatchEndpoint } from "../../components/endpoints/batch-endpoint.ts";
import { OnlineEndpoint } from "../../components/endpoints/online-endpoint.ts";
import { catalogue } from "../scenarios/catalogue.ts";
import { fixedWorld } from "../scenarios/world.ts";
import { subscription, tenant } from "./azure.ts";

const world = fixedWorld(subscription, tenant);
export const placement: Placement = world.placement;
export const workspace: InWorkspace = world.workspace;

/** ARM id of something in the test's resource group. */
const armId = (path: string): string =>
  `/subscriptions/${subscription}/resourceGroups/rg-ml-test/providers/${path}`;

export const identityId = armId("Microsoft.ManagedIdentity/userAssignedIdentities/id-test");

export const workspaceParts = {
  identityId,
  storageAccountId: armId("Microsoft.Storage/storageAccounts/st"),
  keyVaultId: armId("Microsoft.KeyVault/vaults/kv"),
  applicationInsightsId: armId("Microsoft.Insights/components/appi"),
  containerRegistryId: armId("Microsoft.ContainerRegistry/registries/cr"),
};

export const onlineDeployment = {
  properties: { endpointComputeType: "Managed" as const, instanceType: "Standard_DS2_v2" },
};

type Make = (name: string, opts?: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;
const asset = { workspace, assetName: "a", version: "1" };

/** By type token. */
export const components: Readonly<Record<string, Make>> = {
  ...Object.fromEntries(
    Object.entries(catalogue).map(([token, { defaults }]) => [
      token,
      (name: string, opts?: pulumi.ComponentResourceOptions) => defaults(name, world, opts),
    ]),
  ),
  "azureml:assets:Code": (name, opts) =>
    new Code(name, { ...asset, properties: { codeUri: "https://blobs/code" } }, opts),
  "azureml:assets:Environment": (name, opts) =>
    new Environment(name, { ...asset, properties: { image: "image:1" } }, opts),
  "azureml:assets:Model": (name, opts) =>
    new Model(
      name,
      { ...asset, properties: { modelUri: "azureml://model", modelType: "custom_model" } },
      opts,
    ),
  "azureml:assets:Data": (name, opts) =>
    new Data(name, { ...asset, properties: { dataType: "uri_folder", dataUri: "azureml://data" } }, opts),
  "azureml:assets:Component": (name, opts) =>
    new Component(name, { ...asset, properties: { componentSpec: { type: "command" } } }, opts),
  "azureml:assets:FeatureSet": (name, opts) =>
    new FeatureSet(name, { ...asset, properties: { entities: ["azureml:account:1"] } }, opts),
  "azureml:assets:FeatureStoreEntity": (name, opts) =>
    new FeatureStoreEntity(name, { ...asset, properties: { indexColumns: [] } }, opts),
  "azureml:jobs:Schedule": (name, opts) =>
    new Schedule(
      name,
      {
        workspace,
        scheduleName: "nightly",
        properties: {
          trigger: { triggerType: "Cron", expression: "0 3 * * *" },
          action: { actionType: "CreateJob", jobDefinition: { jobType: "Pipeline" } },
        },
      },
      opts,
    ),
  "azureml:assets:Uploads": (name, opts) =>
    new Uploads(
      name,
      {
        blobEndpoint: "https://st.blob.core.windows.net/",
        container: "uploads",
        datastoreUri: "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/uploads",
        contents: { "workloads/m/model": { source: "workloads/m/model", hash: "h1" } },
      },
      opts,
    ),
  "azureml:endpoints:BatchEndpoint": (name, opts) =>
    new BatchEndpoint(
      name,
      {
        workspace,
        endpointName: "batch-abc123",
        deployments: { one: { properties: {} } },
        defaultDeployment: "one",
      },
      opts,
    ),
  "azureml:endpoints:OnlineEndpoint": (name, opts) =>
    new OnlineEndpoint(
      name,
      {
        workspace,
        endpointName: "online-abc123",
        identityId,
        deployments: { blue: onlineDeployment },
        traffic: { blue: 100 },
      },
      opts,
    ),
};
