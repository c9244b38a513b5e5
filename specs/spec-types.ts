/** What each kind of document says, in the YAML's own names, its defaults filled. Types only. */
import type { Described, EnvironmentSpec, ModelSpec, Reference, Tags, Template } from "./reference-types.ts";

export interface IdentitySpec {
  readonly type: "system_assigned" | "user_assigned" | "none" | "system_assigned,user_assigned";
  /** ARM ids. */
  readonly user_assigned_identities: readonly string[];
}

export interface DataSpec extends Described {
  readonly name?: string;
  readonly version?: string;
  readonly type: "uri_file" | "uri_folder" | "mltable";
  readonly path: Reference;
  /** Of an MLTable: the paths that its file names, as they are written there. */
  readonly referenced_uris?: readonly string[];
}

interface EndpointSpec extends Described {
  readonly name: string;
  readonly properties: Tags;
  /** `system_assigned` for an online endpoint unless the file says otherwise. */
  readonly identity?: IdentitySpec;
  readonly location?: string;
}

export interface OnlineEndpointSpec extends EndpointSpec {
  readonly compute_type: "managed" | "kubernetes";
  readonly auth_mode: "key" | "aml_token" | "aad_token";
  /** Deployment to percent; sums to 0 or 100. */
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirror_traffic: Readonly<Record<string, number>>;
  readonly public_network_access?: "enabled" | "disabled";
  /** Kubernetes only. */
  readonly compute?: Reference;
}

export interface BatchEndpointSpec extends EndpointSpec {
  /** The service takes `aad_token` only. */
  readonly auth_mode: "aad_token";
  readonly defaults?: { readonly deployment_name: string };
}

/** Seconds and counts. */
export interface ProbeSpec {
  readonly initial_delay?: number;
  readonly period?: number;
  readonly timeout?: number;
  readonly success_threshold?: number;
  readonly failure_threshold?: number;
}

export interface CodeConfigurationSpec {
  readonly code?: Reference;
  readonly scoring_script: string;
}

interface DeploymentSpec extends Described {
  readonly name: string;
  readonly endpoint_name: string;
  readonly model?: Reference;
  readonly code_configuration?: CodeConfigurationSpec;
  readonly environment?: Reference;
  readonly environment_variables?: Tags;
  readonly properties: Tags;
}

export type ScaleSpec =
  | { readonly type: "default" }
  | {
      readonly type: "target_utilization";
      readonly min_instances?: number;
      readonly max_instances?: number;
      /** Seconds. */
      readonly polling_interval?: number;
      readonly target_utilization_percentage?: number;
    };

interface CollectionSpec {
  readonly enabled: boolean;
  /** Where rows are collected: a version that the deployment registers. */
  readonly data: { readonly name: string; readonly version: string; readonly path: Reference };
  readonly client_id?: string;
}

interface ContainerResources {
  readonly cpu?: string;
  readonly memory?: string;
  readonly gpu?: string;
}

export interface OnlineDeploymentSpec extends DeploymentSpec {
  readonly type: "managed" | "kubernetes";
  readonly instance_type?: string;
  readonly instance_count?: number;
  readonly model_mount_path?: string;
  readonly app_insights_enabled: boolean;
  readonly scale_settings?: ScaleSpec;
  readonly request_settings?: {
    readonly request_timeout_ms?: number;
    readonly max_concurrent_requests_per_instance?: number;
    readonly max_queue_wait_ms?: number;
  };
  readonly liveness_probe?: ProbeSpec;
  readonly readiness_probe?: ProbeSpec;
  readonly egress_public_network_access?: "enabled" | "disabled";
  readonly data_collector?: {
    readonly collections: Readonly<Record<string, CollectionSpec>>;
    /** 0 to 1, of every collection. */
    readonly sampling_rate?: number;
    readonly rolling_rate?: "minute" | "hour" | "day";
    readonly request_logging?: { readonly capture_headers: readonly string[] };
  };
  /** Kubernetes only. */
  readonly resources?: { readonly requests?: ContainerResources; readonly limits?: ContainerResources };
}

/**
 * One shape for the YAML with `type: model` and `settings`, and for the older YAML without `type`.
 * What is absent is left to the service: 10 files a mini-batch, 1 process a node, `append_row` to `predictions.csv`,
 * 3 retries of 30 s, any number of failed items, level `info`.
 */
export interface BatchDeploymentSpec extends DeploymentSpec {
  readonly compute?: Reference;
  readonly resources?: {
    readonly instance_count?: number;
    readonly instance_type?: string;
    readonly properties: Readonly<Record<string, unknown>>;
  };
  readonly mini_batch_size?: number;
  readonly max_concurrency_per_instance?: number;
  readonly output_action?: "append_row" | "summary_only";
  /** Never with `summary_only`. */
  readonly output_file_name?: string;
  /** `timeout`: seconds for one mini-batch. */
  readonly retry_settings?: { readonly max_retries?: number; readonly timeout?: number };
  readonly error_threshold?: number;
  /** In the letters of the file. */
  readonly logging_level?: string;
}

export interface AmlComputeSpec extends Described {
  readonly name: string;
  readonly location?: string;
  readonly size: string;
  readonly tier?: "dedicated" | "low_priority";
  readonly min_instances: number;
  readonly max_instances: number;
  /** Seconds. */
  readonly idle_time_before_scale_down?: number;
  readonly ssh_public_access_enabled?: boolean;
  readonly ssh_settings?: {
    readonly admin_username: string;
    readonly admin_password?: string;
    readonly ssh_key_value?: string;
  };
  readonly subnet?: Reference;
  readonly identity?: IdentitySpec;
  readonly enable_node_public_ip: boolean;
}

export interface AzureBlobSpec extends Described {
  readonly name: string;
  readonly account_name: string;
  readonly container_name: string;
  readonly endpoint: string;
  readonly protocol: string;
  readonly credentials?: { readonly account_key: string } | { readonly sas_token: string };
}

/** Kinds whose spec is the ARM body, with holes where ids go (`template.ts`). */
export type TemplateKind =
  | "commandComponent"
  | "parallelComponent"
  | "sparkComponent"
  | "pipelineComponent"
  | "automlComponent"
  | "importComponent"
  | "commandJob"
  | "sweepJob"
  | "sparkJob"
  | "pipelineJob"
  | "autoMLJob"
  | "schedule"
  | "dataImport"
  | "pipelineBatchDeployment"
  | "computeInstance"
  | "kubernetesCompute"
  | "vmCompute"
  | "synapseSparkCompute"
  | "azureDataLakeGen1"
  | "azureDataLakeGen2"
  | "azureFile"
  | "oneLake"
  | "workspace"
  | "featureStore"
  | "featureSet"
  | "featureStoreEntity"
  | "registry"
  | "connection"
  | "modelPackage";

export interface TemplateSpec {
  readonly name?: string;
  readonly version?: string;
  /** Of a deployment. */
  readonly endpoint_name?: string;
  readonly body: Readonly<Record<string, Template>>;
}

/** The kinds that are read, named as the CLI's schema files are where there is one schema for the kind. */
export interface Specs extends Readonly<Record<TemplateKind, TemplateSpec>> {
  readonly environment: EnvironmentSpec;
  readonly model: ModelSpec;
  readonly data: DataSpec;
  readonly onlineEndpoint: OnlineEndpointSpec;
  readonly onlineDeployment: OnlineDeploymentSpec;
  readonly batchEndpoint: BatchEndpointSpec;
  readonly batchDeployment: BatchDeploymentSpec;
  readonly amlCompute: AmlComputeSpec;
  readonly azureBlob: AzureBlobSpec;
}
export type Kind = keyof Specs;
