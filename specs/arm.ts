/**
 * Bodies of Azure Resource Manager requests, API version 2025-12-01, as far as specs fill them.
 * `Id` stands for what may be made in the same deployment. With `pulumi.Input<string>`, each `properties`
 * fits the input type of `@pulumi/azure-native` (a type-level test holds that).
 *
 * Some values are in other letters than Azure's own (`aadToken`, `enabled`, `linux`): they are sent as Microsoft's client
 * `azure-ai-ml` 1.35.2 sends them. The service reads such values in any case.
 */
import type { Kind, TemplateKind } from "./spec-types.ts";

type Strings = Record<string, string>;

/** `userAssignedIdentities` maps ARM id to `{}`; azure-native takes the list of its keys. */
export interface ArmIdentity {
  type: "SystemAssigned" | "UserAssigned" | "None" | "SystemAssigned,UserAssigned";
  userAssignedIdentities?: Record<string, Record<string, never>>;
}

interface ArmBody<Properties> {
  properties: Properties;
}

/** A child of the workspace that has a region, tags and maybe an identity of its own. */
interface TrackedBody<Properties, Id> extends ArmBody<Properties> {
  location: Id;
  tags?: Strings;
  identity?: ArmIdentity;
}

interface ArmRoute {
  path: string;
  port: number;
}

export interface EnvironmentProperties<Id> {
  description?: string;
  tags?: Strings;
  properties?: Strings;
  image?: string;
  build?: { contextUri: Id; dockerfilePath?: string };
  condaFile?: string;
  inferenceConfig?: { livenessRoute: ArmRoute; readinessRoute: ArmRoute; scoringRoute: ArmRoute };
  osType?: "linux" | "windows";
  isAnonymous: boolean;
  isArchived: boolean;
}

export interface ModelProperties<Id> {
  description?: string;
  tags?: Strings;
  properties?: Strings;
  modelType: "custom_model" | "mlflow_model" | "triton_model";
  modelUri: Id;
  stage?: string;
  flavors?: Record<string, { data: Strings }>;
  isAnonymous: boolean;
  isArchived: boolean;
}

interface DataCommon<Id> {
  description?: string;
  tags?: Strings;
  dataUri: Id;
  isAnonymous: boolean;
  isArchived: boolean;
}
export type DataProperties<Id> =
  | (DataCommon<Id> & { dataType: "uri_file" })
  | (DataCommon<Id> & { dataType: "uri_folder" })
  | (DataCommon<Id> & { dataType: "mltable"; referencedUris?: string[] });

interface OnlineEndpointProperties<Id> {
  authMode: "Key" | "AMLToken" | "AADToken";
  description?: string;
  properties?: Strings;
  traffic?: Record<string, number>;
  mirrorTraffic?: Record<string, number>;
  publicNetworkAccess?: "enabled" | "disabled";
  compute?: Id;
}

interface BatchEndpointProperties {
  authMode: "aadToken";
  description?: string;
  properties?: Strings;
  defaults?: { deploymentName: string };
}

/** Durations are ISO 8601. */
export interface ArmProbe {
  initialDelay?: string;
  period?: string;
  timeout?: string;
  successThreshold?: number;
  failureThreshold?: number;
}

interface ArmContainerResources {
  cpu?: string;
  memory?: string;
  gpu?: string;
}

export interface ArmCodeConfiguration<Id> {
  codeId?: Id;
  scoringScript: string;
}

interface OnlineDeploymentCommon<Id> {
  description?: string;
  properties?: Strings;
  model?: Id;
  modelMountPath?: string;
  codeConfiguration?: ArmCodeConfiguration<Id>;
  environmentId?: Id;
  environmentVariables?: Strings;
  instanceType?: string;
  appInsightsEnabled: boolean;
  requestSettings?: {
    requestTimeout?: string;
    maxConcurrentRequestsPerInstance?: number;
    maxQueueWait?: string;
  };
  scaleSettings?:
    | { scaleType: "Default" }
    | {
        scaleType: "TargetUtilization";
        minInstances?: number;
        maxInstances?: number;
        pollingInterval?: string;
        targetUtilizationPercentage?: number;
      };
  livenessProbe?: ArmProbe;
  readinessProbe?: ArmProbe;
  dataCollector?: {
    collections: Record<
      string,
      {
        dataCollectionMode: "enabled" | "disabled";
        samplingRate?: number;
        dataId: Id;
        clientId?: string;
      }
    >;
    rollingRate?: string;
    requestLogging?: { captureHeaders: string[] };
  };
  egressPublicNetworkAccess?: "enabled" | "disabled";
}
export type OnlineDeploymentProperties<Id> =
  | (OnlineDeploymentCommon<Id> & { endpointComputeType: "Managed" })
  | (OnlineDeploymentCommon<Id> & {
      endpointComputeType: "Kubernetes";
      containerResourceRequirements?: {
        containerResourceRequests?: ArmContainerResources;
        containerResourceLimits?: ArmContainerResources;
      };
    });

export interface BatchDeploymentProperties<Id> {
  description?: string;
  properties?: Strings;
  compute?: Id;
  model?: { referenceType: "Id"; assetId: Id };
  codeConfiguration?: ArmCodeConfiguration<Id>;
  environmentId?: Id;
  environmentVariables?: Strings;
  resources?: { instanceCount?: number; instanceType?: string; properties?: Record<string, unknown> };
  miniBatchSize?: number;
  maxConcurrencyPerInstance?: number;
  outputAction?: "AppendRow" | "SummaryOnly";
  outputFileName?: string;
  retrySettings?: { maxRetries?: number; timeout?: string };
  errorThreshold?: number;
  loggingLevel?: string;
}

interface AmlComputeProperties<Id> {
  computeType: "AmlCompute";
  computeLocation?: string;
  description?: string;
  disableLocalAuth: boolean;
  properties: {
    osType: "Linux";
    vmSize: string;
    vmPriority?: "Dedicated" | "LowPriority";
    scaleSettings: { minNodeCount: number; maxNodeCount: number; nodeIdleTimeBeforeScaleDown?: string };
    remoteLoginPortPublicAccess: "Enabled" | "Disabled" | "NotSpecified";
    enableNodePublicIp: boolean;
    subnet?: { id: Id };
    userAccountCredentials?: {
      adminUserName: string;
      adminUserPassword?: string;
      adminUserSshPublicKey?: string;
    };
  };
}

export interface AzureBlobProperties {
  datastoreType: "AzureBlob";
  accountName: string;
  containerName: string;
  endpoint: string;
  protocol: string;
  description?: string;
  tags?: Strings;
  credentials:
    | { credentialsType: "None" }
    | { credentialsType: "AccountKey"; secrets: { secretsType: "AccountKey"; key: string } }
    | { credentialsType: "Sas"; secrets: { secretsType: "Sas"; sasToken: string } };
}

/** The body of each kind; of some kinds nothing reads it but Azure, and it is not typed further. */
export interface ArmBodies<Id>
  extends Record<Exclude<Kind, TemplateKind>, ArmBody<object>>, Record<TemplateKind, ArmBody<object>> {
  environment: ArmBody<EnvironmentProperties<Id>>;
  model: ArmBody<ModelProperties<Id>>;
  data: ArmBody<DataProperties<Id>>;
  onlineEndpoint: TrackedBody<OnlineEndpointProperties<Id>, Id>;
  /** `sku.capacity` is the instance count. */
  onlineDeployment: TrackedBody<OnlineDeploymentProperties<Id>, Id> & {
    sku: { name: "Default"; capacity?: number };
  };
  batchEndpoint: TrackedBody<BatchEndpointProperties, Id>;
  batchDeployment: TrackedBody<BatchDeploymentProperties<Id>, Id>;
  amlCompute: TrackedBody<AmlComputeProperties<Id>, Id>;
  azureBlob: ArmBody<AzureBlobProperties>;
}

export interface ArmContext<Id> {
  /** Region of the workspace: what tracked resources have to say. A spec's own `location` is used where it has one. */
  readonly location: Id;
}

export interface ArmResource<K extends Kind, Id> {
  /** `Microsoft.MachineLearningServices/workspaces/…` */
  readonly resourceType: string;
  readonly name: string;
  readonly version?: string;
  readonly body: ArmBodies<Id>[K];
}
