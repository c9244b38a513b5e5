/** The resources of the provider plugin `azureml`, as a Pulumi program uses them. */
import * as pulumi from "@pulumi/pulumi";
import type { Gates } from "./release-gates.ts";
import type { ReleasePlan, Step } from "./release-plan.ts";
import type { Allowance } from "./workspace-guard-plan.ts";

export type { ReleasePlan } from "./release-plan.ts";
export type { Allowance } from "./workspace-guard-plan.ts";
export type { Gates } from "./release-gates.ts";

const token = (type: string) => `azureml:index:${type}`;

export interface ProviderArgs {
  /** @default `ARM_ENDPOINT`, else what `ARM_METADATA_HOSTNAME` tells, else public Azure. */
  readonly armEndpoint?: pulumi.Input<string>;
  /** @default `ARM_SUBSCRIPTION_ID`, else `AZURE_SUBSCRIPTION_ID`. */
  readonly subscriptionId?: pulumi.Input<string>;
}

/** An explicit `azureml` provider; without one, stack config `azureml:armEndpoint` and `azureml:subscriptionId` count. */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    super("azureml", name, { armEndpoint: args.armEndpoint, subscriptionId: args.subscriptionId }, opts);
  }
}

export interface UploadArgs {
  /** File or folder, relative to the project's root. */
  readonly source: string;
  /** What `hashContent` of `content.ts` gives for it. */
  readonly hash: string;
  /** `https://ACCOUNT.blob.core.windows.net/`, or path style `https://HOST:PORT/ACCOUNT`. */
  readonly blobEndpoint: pulumi.Input<string>;
  /** An existing container. */
  readonly container: pulumi.Input<string>;
}

/**
 * A file or folder in a blob container, at `LocalUpload/<hash>/<name>`: where Azure ML's own tools put theirs.
 * Uploaded once per content: what is there already is not sent again. Other content is another upload, made before
 * the old one goes. Deleting leaves the blobs, because asset versions go on using them.
 * Needs the role *Storage Blob Data Contributor* on the container; keys are never used.
 */
export class Upload extends pulumi.CustomResource {
  /** Address of the file or folder, for `codeUri` and the like. */
  declare readonly url: pulumi.Output<string>;
  /** `LocalUpload/<hash>/<name>`: the path inside the container, for `azureml://datastores/…/paths/…`. */
  declare readonly path: pulumi.Output<string>;
  /** Number of files. */
  declare readonly files: pulumi.Output<number>;
  declare readonly bytes: pulumi.Output<number>;

  constructor(name: string, args: UploadArgs, opts?: pulumi.CustomResourceOptions) {
    super(token("Upload"), name, { ...args, ...outputs("url", "path", "files", "bytes") }, opts);
  }
}

export interface EndpointArgs {
  /** ARM id of the workspace. Another workspace is another endpoint. */
  readonly workspaceId: pulumi.Input<string>;
  /** Unique in its region. Another name is another endpoint. */
  readonly endpointName: pulumi.Input<string>;
  /** The workspace's. Another one is another endpoint. */
  readonly location: pulumi.Input<string>;
  /** Those set by others, a policy of the subscription for one, stay. @default none */
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Another one is another endpoint. @default of the service's making: `SystemAssigned` */
  readonly identity?: pulumi.Input<{
    readonly type: pulumi.Input<string>;
    /** ARM ids. */
    readonly userAssignedIdentities?: pulumi.Input<pulumi.Input<string>[]>;
  }>;
  readonly properties: pulumi.Input<{
    /** `AADToken`, `AMLToken` or `Key`. Another one is another endpoint. */
    readonly authMode: pulumi.Input<string>;
    /** ARM id of an attached Kubernetes cluster, of online endpoints. Another one is another endpoint. @default managed */
    readonly compute?: pulumi.Input<string>;
    /** `Enabled` or `Disabled`, of online endpoints. @default `Enabled`: Azure's */
    readonly publicNetworkAccess?: pulumi.Input<string>;
    readonly description?: pulumi.Input<string>;
    /** Metadata. Azure takes new entries, it changes and removes none. @default none */
    readonly properties?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  }>;
}

/**
 * An endpoint that keeps what it does not own: its traffic and mirror maps (see {@link EndpointTraffic}), its default
 * deployment (see {@link BatchDefaultDeployment}), tags of others. Every change is one write of the whole endpoint as it
 * is live, so that no request is without a deployment while a tag changes. One that exists already is not taken over:
 * import it.
 */
abstract class Endpoint extends pulumi.CustomResource {
  declare readonly endpointName: pulumi.Output<string>;
  /** Where requests go. */
  declare readonly scoringUri: pulumi.Output<string>;
  /** What they look like; empty where Azure tells nothing. */
  declare readonly swaggerUri: pulumi.Output<string>;

  constructor(type: string, name: string, args: EndpointArgs, opts?: pulumi.CustomResourceOptions) {
    // A state of azure-native's is the same endpoint: it must not be deleted for being called otherwise.
    const aliases = [{ type: `azure-native:machinelearningservices:${type}` }];
    super(
      token(type),
      name,
      { ...args, ...outputs("scoringUri", "swaggerUri") },
      pulumi.mergeOptions(opts, { aliases }),
    );
  }
}

export class OnlineEndpoint extends Endpoint {
  constructor(name: string, args: EndpointArgs, opts?: pulumi.CustomResourceOptions) {
    super("OnlineEndpoint", name, args, opts);
  }
}

export class BatchEndpoint extends Endpoint {
  constructor(name: string, args: EndpointArgs, opts?: pulumi.CustomResourceOptions) {
    super("BatchEndpoint", name, args, opts);
  }
}

export interface OnlineDeploymentArgs {
  /** ARM id of an online endpoint. Another endpoint is another deployment. */
  readonly endpointId: pulumi.Input<string>;
  /** In Azure too, until something changes that Azure fixes at creation: see {@link OnlineDeployment}. */
  readonly deploymentName: pulumi.Input<string>;
  /** The endpoint's. */
  readonly location: pulumi.Input<string>;
  /** Those set by others stay. @default none */
  readonly tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** `capacity`: instances. @default one */
  readonly sku?: pulumi.Input<{
    readonly name: pulumi.Input<string>;
    readonly capacity: pulumi.Input<number>;
  }>;
  /** Autoscale rules own the number of instances: `sku` counts at creation only. @default false */
  readonly autoscaled?: pulumi.Input<boolean>;
  /** As ARM has them. */
  readonly properties: pulumi.Inputs;
}

/**
 * A deployment of an online endpoint. What Azure lets change, changes in place, one write of the whole. What it fixes at
 * creation (the kind of compute, outbound access) makes a successor beside the old one under the same name with a random
 * end: take the name from {@link name}, so that traffic follows before the old one goes. A failure quotes the end of the
 * deployment's log. One that a killed run of the same stack has made is gone on with; any other that exists is not taken over.
 * Deleting one that still has traffic gives the traffic to the others first.
 */
export class OnlineDeployment extends pulumi.CustomResource {
  /** In Azure. */
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, args: OnlineDeploymentArgs, opts?: pulumi.CustomResourceOptions) {
    const aliases = [{ type: "azure-native:machinelearningservices:OnlineDeployment" }];
    super(
      token("OnlineDeployment"),
      name,
      { ...args, ...outputs("name") },
      pulumi.mergeOptions(opts, { aliases }),
    );
  }
}

export interface EndpointTrafficArgs {
  /** ARM id of an online endpoint. Another endpoint is another resource. */
  readonly endpointId: pulumi.Input<string>;
  /**
   * Percent by deployment name; sums to 100, or to 0 for none. Names compare without case, zero entries count as absent.
   * Take names from the deployments' `name` outputs or add `dependsOn`: the deployments must exist first.
   */
  readonly traffic: pulumi.Input<Record<string, pulumi.Input<number>>>;
  /** Percent of the requests that one other deployment gets a copy of, at most 50. @default none */
  readonly mirrorTraffic?: pulumi.Input<Record<string, pulumi.Input<number>>>;
  /**
   * Brings the one deployment that `traffic` names to 100 percent by steps, each proven by the deployment's own answers,
   * and back to what served before if it fails. The program that runs `up` must reach the endpoint.
   * @default none: the map is written at once
   */
  readonly release?: ReleaseArgs;
  /** What the next `up` makes of maps that were changed elsewhere; a refresh shows them either way. @default "restore" */
  readonly drift?: "restore" | "keep";
}

export interface ReleaseArgs {
  /**
   * Before the first step the deployment gets copies of so many requests, at most 50 percent, whose answers nobody sees.
   * Not on Kubernetes, and not where nothing serves yet. @default none
   */
  readonly mirror?: Step;
  readonly plan: ReleasePlan;
  readonly gates: Gates;
  /** Seconds; a release that is not done by then is given up. */
  readonly deadlineSeconds: number;
}

/**
 * The live traffic of an online endpoint: both maps, whole, and nothing else of the endpoint.
 * Waits until every deployment that gets requests is `Succeeded`, writes the new map in one request, reads it back.
 * Changes made elsewhere are seen and, unless `drift` says otherwise, undone by the next `up`. Deleting takes all traffic off.
 */
export class EndpointTraffic extends pulumi.CustomResource {
  /** As the endpoint has it. */
  declare readonly traffic: pulumi.Output<Record<string, number>>;
  /** As the endpoint has it. */
  declare readonly mirrorTraffic: pulumi.Output<Record<string, number>>;

  constructor(name: string, args: EndpointTrafficArgs, opts?: pulumi.CustomResourceOptions) {
    super(token("EndpointTraffic"), name, { ...args }, opts);
  }
}

export interface EndpointKeysArgs {
  /** ARM id of an online endpoint whose `authMode` is `Key`. Another endpoint is another resource. */
  readonly endpointId: pulumi.Input<string>;
  /** Any word: another one makes Azure give the primary key anew. Never both keys in one `up`. @default none */
  readonly primary?: pulumi.Input<string>;
  /** As `primary`, of the secondary key. @default none */
  readonly secondary?: pulumi.Input<string>;
}

/** The keys of an online endpoint, as secrets, and their rotation. Deleting does nothing: they go with the endpoint. */
export class EndpointKeys extends pulumi.CustomResource {
  declare readonly primaryKey: pulumi.Output<string>;
  declare readonly secondaryKey: pulumi.Output<string>;

  constructor(name: string, args: EndpointKeysArgs, opts?: pulumi.CustomResourceOptions) {
    const names = ["primaryKey", "secondaryKey"];
    super(
      token("EndpointKeys"),
      name,
      { ...args, ...outputs(...names) },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: names }),
    );
  }
}

export interface EndpointTokenArgs {
  /** ARM id of an online endpoint whose `authMode` is `AMLToken`. Another endpoint is another resource. */
  readonly endpointId: pulumi.Input<string>;
}

/** A token for callers of an online endpoint, as a secret. It works for hours: an `up` takes another when it is time. */
export class EndpointToken extends pulumi.CustomResource {
  declare readonly accessToken: pulumi.Output<string>;

  constructor(name: string, args: EndpointTokenArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      token("EndpointToken"),
      name,
      { ...args, ...outputs("accessToken", "refreshAfter") },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["accessToken"] }),
    );
  }
}

export interface BatchDefaultDeploymentArgs {
  /** ARM id of a batch endpoint. Another endpoint is another resource. */
  readonly endpointId: pulumi.Input<string>;
  /** An existing deployment of that endpoint. */
  readonly deploymentName: pulumi.Input<string>;
}

/**
 * The deployment that a batch endpoint uses when the caller names none.
 * Deleting takes the default away if it is still this one, so that the deployment can be deleted.
 */
export class BatchDefaultDeployment extends pulumi.CustomResource {
  /** As the endpoint has it. */
  declare readonly deploymentName: pulumi.Output<string>;

  constructor(name: string, args: BatchDefaultDeploymentArgs, opts?: pulumi.CustomResourceOptions) {
    super(token("BatchDefaultDeployment"), name, { ...args }, opts);
  }
}

export interface RoleReadinessArgs {
  /** ARM id of each role assignment, with the object id of who got it: a managed identity, an application or a user. */
  readonly assignments: readonly {
    readonly id: pulumi.Input<string>;
    readonly principalId: pulumi.Input<string>;
  }[];
}

/**
 * The moment from which role assignments work: Azure is asked until it counts them, ten minutes at most. What needs one of
 * them depends on this. Asks again when the assignments change; deleting does nothing.
 */
export class RoleReadiness extends pulumi.CustomResource {
  constructor(name: string, args: RoleReadinessArgs, opts?: pulumi.CustomResourceOptions) {
    super(token("RoleReadiness"), name, { ...args }, opts);
  }
}

export interface JobArgs {
  /** ARM id. Another workspace is another job. */
  readonly workspaceId: pulumi.Input<string>;
  /** How its runs' names begin; the hash of the content follows. */
  readonly jobName: pulumi.Input<string>;
  /** As ARM has them, `jobType` among them. */
  readonly properties: pulumi.Inputs;
  /** Runs it again when any of them changes, whatever the job itself says. @default none */
  readonly triggers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** A version of a model that a job registered. */
export interface RegisteredModel {
  /** ARM id. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/**
 * A job that runs once for each content: what it does, its code, inputs, environment and {@link JobArgs.triggers}. How it
 * is shown and where it runs is no content. Creating waits for the end of the run; one that is there already under the
 * content's name is taken as it is, so neither a rename nor an interrupted `up` runs it twice. A preview says whether it
 * will run and why. A run that fails fails the `up`, quotes its log, and is tried again by the next. Deleting leaves the runs.
 */
export class Job extends pulumi.CustomResource {
  /** Of the last run. */
  declare readonly runName: pulumi.Output<string>;
  /** ARM id of the last run. */
  declare readonly runId: pulumi.Output<string>;
  declare readonly status: pulumi.Output<string>;
  /** The last value of each that the run, or one of its steps, logged by MLflow. */
  declare readonly metrics: pulumi.Output<Record<string, number>>;
  /** By output: what it registered. */
  declare readonly models: pulumi.Output<Record<string, RegisteredModel>>;
  /** By output: `azureml://jobs/RUN/outputs/OUTPUT/paths/`. */
  declare readonly outputs: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: JobArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      token("Job"),
      name,
      { ...args, ...outputs("runName", "runId", "status", "metrics", "models", "outputs") },
      opts,
    );
  }
}

export interface ScheduleSwitchArgs {
  /** ARM id. Another schedule is another resource. */
  readonly scheduleId: pulumi.Input<string>;
}

/**
 * Turns a schedule off before it is deleted: Azure deletes none that is on. Take the id from the schedule's output, so
 * that this resource goes first. Creating does nothing.
 */
export class ScheduleSwitch extends pulumi.CustomResource {
  constructor(name: string, args: ScheduleSwitchArgs, opts?: pulumi.CustomResourceOptions) {
    super(token("ScheduleSwitch"), name, { ...args }, opts);
  }
}

export interface WorkspacePurgeArgs {
  readonly resourceGroupName: pulumi.Input<string>;
  readonly workspaceName: pulumi.Input<string>;
}

/**
 * Frees a deleted workspace's name. Azure keeps a deleted workspace for 14 days, its name with it; deleting this
 * resource purges it for good. Creating does nothing. Let the workspace depend on this resource
 * (`dependsOn: purge`, names given as plain inputs), so that it is deleted after the workspace. A workspace that is still
 * alive is left alone.
 */
export class WorkspacePurge extends pulumi.CustomResource {
  constructor(name: string, args: WorkspacePurgeArgs, opts?: pulumi.CustomResourceOptions) {
    super(token("WorkspacePurge"), name, { ...args }, opts);
  }
}

/** Properties that only the provider knows: Pulumi makes outputs of the names it finds among the inputs. */
const outputs = (...names: string[]): Record<string, undefined> =>
  Object.fromEntries(names.map((name) => [name, undefined]));

export interface WorkspaceGuardArgs {
  /** What the workspace is to be, by the names in `workspace-guard-plan.ts`; what is left out is not guarded. */
  readonly workspace: Readonly<Record<string, pulumi.Input<unknown>>>;
  /** Changes that are meant: `replace`, `relax`. */
  readonly allow: readonly Allowance[];
}

/**
 * Stops a preview that would replace or open a workspace, or ask Azure for what it refuses, and says which option allows
 * what can be allowed. Makes nothing in Azure. Let the workspace depend on it.
 */
export class WorkspaceGuard extends pulumi.CustomResource {
  constructor(name: string, args: WorkspaceGuardArgs, opts?: pulumi.CustomResourceOptions) {
    super(token("WorkspaceGuard"), name, { ...args }, opts);
  }
}

export interface QuotaCheckArgs {
  readonly location: string;
  /** The most that each cluster or instance may start. */
  readonly machines: readonly {
    readonly vmSize: string;
    readonly nodes: number;
    readonly lowPriority: boolean;
    /** Instances of a managed online deployment, for which Azure keeps a fifth more free. @default false */
    readonly serving?: boolean;
  }[];
}

/**
 * Stops a preview that asks for more cores than the region's quota has left, naming what was asked, what is used, the limit
 * and where to ask for more. Makes nothing in Azure. Let everything depend on it.
 */
export class QuotaCheck extends pulumi.CustomResource {
  constructor(name: string, args: QuotaCheckArgs, opts?: pulumi.CustomResourceOptions) {
    super(token("QuotaCheck"), name, { ...args }, opts);
  }
}
