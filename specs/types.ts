/**
 * The words of `specs/`: what a CLI v2 YAML file says, after its defaults are filled, and what it refers to.
 * Types only, so that components can be typed by a spec without reading YAML.
 *
 *   YAML text -> SpecDocument (file, kind, name, spec) -> ArmResource (resourceType, name, version, body)
 *
 * Specs keep the YAML's own names (snake_case); a value that names something else is a {@link Reference}.
 */
import type { ArmBodies } from "./arm.ts";

// ---- references

export type AssetType = "model" | "environment" | "code" | "data" | "component";

/** What comes after an asset's name: a version, a label (`latest`), or nothing, when the service takes its default. */
export interface VersionOrLabel {
  readonly version?: string;
  readonly label?: string;
}

/** `azureml:name:version`, `azureml:name@label`. */
export interface AssetReference extends VersionOrLabel {
  readonly kind: "asset";
  readonly type: AssetType;
  readonly name: string;
}

/** An environment that Microsoft maintains: `azureml:AzureML-…`. Written and resolved as an asset of the workspace. */
export interface CuratedReference extends VersionOrLabel {
  readonly kind: "curated";
  readonly type: "environment";
  readonly name: string;
}

/** `azureml://registries/REGISTRY/models/NAME/versions/VERSION` or `/labels/LABEL`. */
export interface RegistryReference extends VersionOrLabel {
  readonly kind: "registry";
  readonly registry: string;
  readonly type: AssetType;
  readonly name: string;
}

/** A folder or file of code that becomes an anonymous code version; resolves to that version's id. */
export interface LocalCode {
  readonly kind: "local";
  readonly type: "code";
  /** Absolute. */
  readonly path: string;
}

/** A model written inside a deployment; resolves to the id of its version, an anonymous one unless `spec.name` is given. */
export interface LocalModel {
  readonly kind: "local";
  readonly type: "model";
  /** Absolute path of what is uploaded; absent when `spec.path` is remote. */
  readonly path?: string;
  readonly spec: ModelSpec;
}

/** An environment written inside a deployment; resolves to the id of its version, an anonymous one unless `spec.name` is given. */
export interface LocalEnvironment {
  readonly kind: "local";
  readonly type: "environment";
  /** Absolute path of the build context; absent for an image. */
  readonly path?: string;
  readonly spec: EnvironmentSpec;
}

/** A file or folder beside the YAML that is uploaded; resolves to the URI of what was uploaded, not to an asset. */
export interface UploadReference {
  readonly kind: "upload";
  /** Absolute. */
  readonly path: string;
  /** The asset that the upload is for. */
  readonly type: AssetType;
  /** Name of the datastore to upload to; the workspace's default one unless given. */
  readonly datastore?: string;
}

export type Reference =
  | AssetReference
  | CuratedReference
  | RegistryReference
  | LocalCode
  | LocalModel
  | LocalEnvironment
  | UploadReference
  | { readonly kind: "compute"; readonly name: string }
  /** A subnet by name, in a network of the workspace's resource group. */
  | { readonly kind: "subnet"; readonly network: string; readonly name: string }
  | { readonly kind: "datastore"; readonly name: string }
  /** A path on a datastore (`azureml://datastores/NAME/paths/PATH`): resolves to its long form. */
  | { readonly kind: "datastorePath"; readonly datastore: string; readonly path: string }
  /** Any other URI: passed on as it is. */
  | { readonly kind: "uri"; readonly uri: string }
  /** A full ARM id, without the `azureml:` before it. */
  | { readonly kind: "armId"; readonly id: string };

/**
 * Gives the id or URI of what a spec refers to. `Id` is `string` where a spec is rendered,
 * and `pulumi.Input<string>` in the program, where the thing may be made in the same `up`.
 */
export type ReferenceResolver<Id> = (reference: Reference) => Id;

// ---- specs, defaults filled

type Tags = Readonly<Record<string, string>>;

export interface IdentitySpec {
  readonly type: "system_assigned" | "user_assigned" | "none" | "system_assigned,user_assigned";
  /** ARM ids. */
  readonly user_assigned_identities: readonly string[];
}

interface Described {
  readonly description?: string;
  readonly tags: Tags;
}

export interface RouteSpec {
  readonly path: string;
  readonly port: number;
}

export interface EnvironmentSpec extends Described {
  readonly name?: string;
  readonly version?: string;
  readonly image?: string;
  readonly build?: { readonly path: Reference; readonly dockerfile_path?: string };
  /** The conda file as YAML text, keys sorted, whether it was a file or written inline. */
  readonly conda_file?: string;
  readonly inference_config?: {
    readonly liveness_route: RouteSpec;
    readonly readiness_route: RouteSpec;
    readonly scoring_route: RouteSpec;
  };
  readonly os_type?: "linux" | "windows";
  readonly properties: Tags;
}

export interface ModelSpec extends Described {
  readonly name?: string;
  readonly version?: string;
  readonly type: "custom_model" | "mlflow_model" | "triton_model";
  readonly path: Reference;
  readonly stage?: string;
  readonly flavors?: Readonly<Record<string, Tags>>;
  readonly properties: Tags;
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
  readonly environment_variables: Tags;
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

export interface CollectionSpec {
  readonly enabled: boolean;
  /** Where rows are collected: a version that the deployment registers. */
  readonly data: { readonly name: string; readonly version: string; readonly path: Reference };
  readonly client_id?: string;
}

export interface ContainerResources {
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
  readonly protocol: "http" | "https";
  readonly credentials?: { readonly account_key: string } | { readonly sas_token: string };
}

/** The kinds that are read, named as the CLI's schema files are where there is one schema for the kind. */
export interface Specs {
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

// ---- documents and problems

export type KeyPath = readonly (string | number)[];

/** Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One YAML file that was read without a problem. */
export interface SpecDocument<K extends Kind = Kind> {
  /** As given, or joined to the folder as it was given. */
  readonly file: string;
  readonly kind: K;
  readonly name: string;
  /** Of an asset, when the file names one. */
  readonly version?: string;
  readonly spec: Specs[K];
  /** Where a key stands in the file; of the nearest key above it that is there. */
  readonly position: (path: KeyPath) => Position;
  /** Of an online endpoint: absolute path of a request body to try it with (see `workloads/README.md`). */
  readonly sampleRequest?: string;
  /** Of a batch endpoint: absolute path of a folder to try it with. */
  readonly sampleInput?: string;
}

/** A document of any kind, so that `document.kind` narrows `document.spec`. */
export type AnyDocument = { [K in Kind]: SpecDocument<K> }[Kind];

export interface Problem extends Position {
  readonly file: string;
  /** `traffic.blue`; empty for the file as a whole. */
  readonly path: string;
  /** What was found, what is allowed, and the nearest known name for one that is misspelt. */
  readonly message: string;
}

// ---- ARM

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
