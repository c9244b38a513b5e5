/**
 * Azure Machine Learning, API 2025-12-01. Only the workspace and the registry are flattened; every other type carries
 * `properties` as ARM has it. Force-new is what the specification marks as set at creation only, one level deep and not
 * inside unions: that is as far as azure-native looks. Everything else that cannot change previews as an update.
 */
import { IDENTITY_COMPUTED } from "../types.ts";
import type { ResourceType } from "../types.ts";
import { entries, flattened, inGroup } from "./common.ts";

const workspace = inGroup("Microsoft.MachineLearningServices/workspaces/{workspaceName}");
const registry = inGroup("Microsoft.MachineLearningServices/registries/{registryName}");
const ENVELOPE = ["location", "tags", "identity", "sku", "kind"];
const STATE = ["properties.provisioningState"];
const VERSIONS = ["properties.latestVersion", "properties.nextVersion", ...STATE];
const ENDPOINT = [...IDENTITY_COMPUTED, "properties.scoringUri", "properties.swaggerUri", ...STATE];
const ENVIRONMENT = "autoRebuild build condaFile image inferenceConfig osType"
  .split(" ")
  .map((name) => `properties.${name}`);

type Entry = Omit<ResourceType, "token" | "apiVersion">;

/** An asset: a container, and versions in it. */
const asset = (
  kind: string,
  segment: string,
  forceNew: { container?: string[]; version?: string[]; union?: true } = {},
) => ({
  [`${kind}Container`]: {
    path: `${workspace}/${segment}/{name}`,
    computed: VERSIONS,
    ...(forceNew.container && { forceNew: forceNew.container }),
  } satisfies Entry,
  [`${kind}Version`]: {
    path: `${workspace}/${segment}/{name}/versions/{version}`,
    computed: STATE,
    ...(forceNew.version && { forceNew: forceNew.version }),
    ...(forceNew.union && { union: forceNew.union }),
  } satisfies Entry,
});

/** An asset in a registry, where writing a version is a long-running operation. */
const shared = (kind: string, segment: string, name: string, forceNew?: string[]) => ({
  [`Registry${kind}Container`]: {
    path: `${registry}/${segment}/{${name}}`,
    computed: VERSIONS,
    longRunning: true,
  } satisfies Entry,
  [`Registry${kind}Version`]: {
    path: `${registry}/${segment}/{${name}}/versions/{version}`,
    computed: STATE,
    longRunning: true,
    ...(forceNew && { forceNew }),
  } satisfies Entry,
});

/** Of a feature store, where all is written in operations. */
const features = (path: string, computed: string[]): Entry => ({
  path: `${workspace}/${path}`,
  computed,
  longRunning: true,
});

const endpoint = (segment: string): Entry => ({
  path: `${workspace}/${segment}/{endpointName}`,
  location: "required",
  forceNew: ["location", "properties.keys"],
  longRunning: true,
  computed: ENDPOINT,
});

const deployment = (segment: string): Entry => ({
  path: `${workspace}/${segment}/{endpointName}/deployments/{deploymentName}`,
  location: "required",
  forceNew: ["location"],
  longRunning: true,
  computed: [...IDENTITY_COMPUTED, ...STATE],
});

export const MACHINE_LEARNING: readonly ResourceType[] = entries("machinelearningservices", "2025-12-01", {
  Workspace: {
    path: workspace,
    name: { pattern: /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$/ },
    location: "optional",
    longRunning: true,
    shape: flattened(ENVELOPE),
    computed: [
      ...IDENTITY_COMPUTED,
      ..."mlFlowTrackingUri notebookInfo privateEndpointConnections privateLinkCount".split(" "),
      ..."serviceProvisionedResourceGroup storageHnsEnabled tenantId workspaceId".split(" "),
      ..."managedNetwork.networkId managedNetwork.firewallPublicIpAddress".split(" "),
    ],
  },
  Compute: {
    path: `${workspace}/computes/{computeName}`,
    name: { pattern: /^[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]{2,23}$/ },
    location: "optional",
    longRunning: true,
    union: true,
    computed: [
      ...IDENTITY_COMPUTED,
      ...STATE,
      ..."createdOn modifiedOn provisioningErrors isAttachedCompute"
        .split(" ")
        .map((name) => `properties.${name}`),
      ..."allocationState allocationStateTransitionTime currentNodeCount targetNodeCount nodeStateCounts errors"
        .split(" ")
        .map((name) => `properties.properties.${name}`),
    ],
  },
  Datastore: {
    path: `${workspace}/datastores/{name}`,
    query: { skipValidation: "skipValidation" },
    union: true,
    computed: ["properties.isDefault"],
  },
  ...asset("Code", "codes"),
  ...asset("Model", "models"),
  ...asset("Environment", "environments", { version: ENVIRONMENT }),
  ...asset("Data", "data", { container: ["properties.dataType"], union: true }),
  ...asset("Component", "components", { version: ["properties.componentSpec"] }),
  FeaturesetContainerEntity: features("featuresets/{name}", VERSIONS),
  FeaturesetVersion: features("featuresets/{name}/versions/{version}", STATE),
  FeaturestoreEntityContainerEntity: features("featurestoreEntities/{name}", VERSIONS),
  FeaturestoreEntityVersion: features("featurestoreEntities/{name}/versions/{version}", STATE),
  OnlineEndpoint: endpoint("onlineEndpoints"),
  OnlineDeployment: { ...deployment("onlineEndpoints"), union: true },
  BatchEndpoint: endpoint("batchEndpoints"),
  BatchDeployment: deployment("batchEndpoints"),
  Job: { path: `${workspace}/jobs/{id}`, union: true, computed: ["properties.status"] },
  Schedule: { path: `${workspace}/schedules/{name}`, longRunning: true, computed: STATE },
  WorkspaceConnection: {
    path: `${workspace}/connections/{connectionName}`,
    name: { pattern: /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$/ },
    union: true,
    computed: ["properties.createdByWorkspaceArmId", "properties.group"],
  },
  ManagedNetworkSettingsRule: {
    path: `${workspace}/outboundRules/{ruleName}`,
    name: { pattern: /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$/ },
    longRunning: true,
    union: true,
    computed: ["properties.errorInformation", "properties.parentRuleNames"],
  },
  Registry: {
    path: registry,
    name: { pattern: /^[a-zA-Z0-9][a-zA-Z0-9\-_]{2,32}$/ },
    location: "required",
    forceNew: ["location"],
    longRunning: true,
    shape: flattened(ENVELOPE),
    computed: IDENTITY_COMPUTED,
  },
  ...shared("Code", "codes", "codeName"),
  ...shared("Model", "models", "modelName"),
  ...shared("Environment", "environments", "environmentName", ENVIRONMENT),
  ...shared("Component", "components", "componentName", ["properties.componentSpec"]),
});
