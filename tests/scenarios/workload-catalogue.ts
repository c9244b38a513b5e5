/** The components of workloads in three scenarios, as `catalogue.ts` has those of the platform. */
import * as pulumi from "@pulumi/pulumi";
import { Code } from "../../components/assets/code.ts";
import { Component } from "../../components/assets/component.ts";
import { Data } from "../../components/assets/data.ts";
import { Environment } from "../../components/assets/environment.ts";
import { FeatureSet } from "../../components/assets/feature-set.ts";
import { FeatureStoreEntity } from "../../components/assets/feature-store-entity.ts";
import { Model } from "../../components/assets/model.ts";
import { Uploads } from "../../components/assets/uploads.ts";
import { BatchEndpoint } from "../../components/endpoints/batch-endpoint.ts";
import { OnlineEndpoint } from "../../components/endpoints/online-endpoint.ts";
import { Job } from "../../components/jobs/job.ts";
import { Schedule } from "../../components/jobs/schedule.ts";
import { of } from "./make.ts";
import type { Catalogue } from "./make.ts";
import type { World } from "./world.ts";

const asset = ({ workspace }: World, assetName: string) => ({ workspace, assetName, version: "1" });
const described = {
  description: "what others build on",
  tags: { team: "a" },
  properties: { source: "scenario" },
};

const code = (world: World) => ({
  ...asset(world, "src"),
  properties: { codeUri: pathIn(world, "src"), isAnonymous: true },
});
const pathIn = ({ blobEndpoint, containerName }: World, path: string) =>
  pulumi.interpolate`${blobEndpoint}${containerName}/${path}`;

const entity = (world: World) => ({
  ...asset(world, "account"),
  properties: { indexColumns: [{ columnName: "id", dataType: "String" as const }] },
});
const online = (world: World) => ({
  workspace: world.workspace,
  identityId: world.endpointIdentityId,
  deployments: { blue: deployment(world) },
  traffic: { blue: 100 },
});
const deployment = ({ modelId }: World, more: object = {}) => ({
  instanceCount: 1,
  properties: {
    endpointComputeType: "Managed" as const,
    instanceType: "Standard_DS3_v2",
    model: modelId,
    ...more,
  },
});
const nightly = (world: World) => ({
  workspace: world.workspace,
  properties: {
    trigger: { triggerType: "Cron" as const, expression: "0 3 * * *", timeZone: "UTC" },
    action: {
      actionType: "CreateJob" as const,
      jobDefinition: {
        jobType: "Command" as const,
        command: "true",
        environmentId: world.environmentId,
      },
    },
  },
});

/** What the engine runs elsewhere: the cloud of the scenarios has neither a blob server nor processes. */
export const provenElsewhere: Readonly<Record<string, string>> = {
  "azureml:assets:Uploads": "tests/e2e/stage.test.ts",
  "azureml:jobs:Job": "tests/e2e/jobs.proof.ts",
};

/** By type token. */
export const workloadCatalogue: Catalogue = {
  "azureml:assets:Code": of(Code)({ defaults: code, max: code, hardened: code }),
  "azureml:assets:Environment": of(Environment)({
    defaults: (world) => ({ ...asset(world, "plain"), properties: { image: "mcr.microsoft.com/a:1" } }),
    max: (world) => ({
      ...asset(world, "conda"),
      properties: {
        ...described,
        image: "mcr.microsoft.com/a:1",
        condaFile: "dependencies: [python=3.12]",
        osType: "Linux",
      },
    }),
    hardened: (world) => ({
      ...asset(world, "pinned"),
      properties: { image: `mcr.microsoft.com/a@sha256:${"a".repeat(64)}` },
    }),
  }),
  "azureml:assets:Model": of(Model)({
    defaults: (world) => ({
      ...asset(world, "model"),
      properties: { modelUri: pathIn(world, "model.pkl"), modelType: "custom_model" },
    }),
    max: (world) => ({
      ...asset(world, "mlflow"),
      properties: { ...described, modelUri: pathIn(world, "mlflow"), modelType: "mlflow_model", flavors: {} },
    }),
    hardened: (world) => ({
      ...asset(world, "model"),
      properties: { modelUri: pathIn(world, "model.pkl"), modelType: "custom_model" },
    }),
  }),
  "azureml:assets:Data": of(Data)({
    defaults: (world) => ({
      ...asset(world, "file"),
      properties: { dataType: "uri_file", dataUri: pathIn(world, "rows.csv") },
    }),
    max: (world) => ({
      ...asset(world, "folder"),
      properties: { ...described, dataType: "uri_folder", dataUri: pathIn(world, "rows/") },
    }),
    hardened: (world) => ({
      ...asset(world, "table"),
      properties: { dataType: "mltable", dataUri: pathIn(world, "table/"), referencedUris: [] },
    }),
  }),
  "azureml:assets:Component": of(Component)({
    defaults: (world) => component(world, {}),
    max: (world) => component(world, described),
    hardened: (world) => component(world, {}),
  }),
  "azureml:assets:FeatureStoreEntity": of(FeatureStoreEntity)({
    defaults: entity,
    max: entity,
    hardened: entity,
  }),
  "azureml:assets:FeatureSet": of(FeatureSet)({
    defaults: features,
    max: (world) => ({ ...features(world), properties: { ...features(world).properties, ...described } }),
    hardened: features,
  }),
  "azureml:assets:Uploads": of(Uploads)({ defaults: uploads, max: uploads, hardened: uploads }),
  "azureml:jobs:Job": of(Job)({
    defaults: (world) => ({ ...job(world), jobName: "train" }),
    max: (world) => ({
      ...{ jobName: "train", triggers: { data: "rows:1" } },
      ...{ ...job(world), properties: { ...job(world).properties, ...described } },
    }),
    hardened: (world) => ({ ...job(world), jobName: "train" }),
  }),
  "azureml:jobs:Schedule": of(Schedule)({
    defaults: (world) => ({ ...nightly(world), scheduleName: "nightly" }),
    max: (world) => ({
      ...nightly(world),
      scheduleName: "nightly",
      properties: { ...nightly(world).properties, ...described, displayName: "Nightly", isEnabled: false },
    }),
    hardened: (world) => ({ ...nightly(world), scheduleName: "nightly" }),
  }),
  "azureml:endpoints:OnlineEndpoint": of(OnlineEndpoint)({
    defaults: (world) => ({ ...online(world), endpointName: "online-plain" }),
    max: (world) => ({
      ...{ ...online(world), ...described, endpointName: "online-full", publicNetworkAccess: true },
      authMode: "Key" as const,
      deployments: {
        blue: deployment(world, { environmentVariables: { LEVEL: "debug" }, appInsightsEnabled: true }),
        green: deployment(world),
        shadow: deployment(world),
      },
      traffic: { blue: 90, green: 10 },
      mirrorTraffic: { shadow: 20 },
    }),
    hardened: (world) => ({ ...online(world), endpointName: "online-closed", authMode: "AADToken" as const }),
  }),
  "azureml:endpoints:BatchEndpoint": of(BatchEndpoint)({
    defaults: ({ workspace }) => ({ workspace, endpointName: "batch-plain", deployments: {} }),
    max: (world) => ({
      ...{ workspace: world.workspace, endpointName: "batch-full", ...described },
      deployments: { one: batch(world), two: batch(world) },
      defaultDeployment: "two",
    }),
    hardened: (world) => ({
      ...{ workspace: world.workspace, endpointName: "batch-closed" },
      deployments: { one: batch(world) },
      defaultDeployment: "one",
    }),
  }),
};

function component(world: World, more: object) {
  return {
    ...asset(world, "step"),
    properties: {
      ...more,
      componentSpec: {
        ...{ name: "step", version: "1", type: "command", command: "echo ${{inputs.rows}}" },
        inputs: { rows: { type: "uri_file" } },
        environment: world.environmentId,
      },
    },
  };
}

function job({ workspace, environmentId, computeId }: World) {
  return {
    workspace,
    properties: { jobType: "Command" as const, command: "true", environmentId, computeId },
  };
}

function features(world: World) {
  return {
    ...asset(world, "transactions"),
    properties: {
      entities: ["azureml:account:1"],
      specification: { path: pulumi.interpolate`azureml://datastores/workspaceblobstore/paths/features` },
      stage: "Development",
    },
  };
}

function uploads({ blobEndpoint, containerName, workspace }: World) {
  return {
    blobEndpoint,
    container: containerName,
    datastoreUri: pulumi.interpolate`azureml:/${workspace.id}/datastores/training`,
    contents: { "scenarios/code": { source: "tests/scenarios", hash: "0123456789ab" } },
  };
}

function batch(world: World) {
  return {
    properties: {
      model: {
        referenceType: "Id" as const,
        assetId: world.modelId,
      },
      environmentId: world.environmentId,
      compute: world.computeId,
      resources: { instanceCount: 1 },
      miniBatchSize: 10,
      errorThreshold: 0,
      retrySettings: { maxRetries: 3, timeout: "PT30S" },
    },
  };
}
