/** A whole stage: its platform, its workloads, and what it says of itself. */
import type { Output } from "@pulumi/pulumi";
import type { Stage } from "./config.ts";
import { describePlatform, platformAt } from "./platform-reference.ts";
import type { PlatformDescription } from "./platform-reference.ts";
import { buildPlatform } from "./platform.ts";
import { watchStage } from "./watch.ts";
import { buildWorkloads } from "./workloads.ts";

/** The stack's outputs. Names are contract: `npm run local` and pipelines read them. Keys and tokens are marked secret. */
export interface StageOutputs {
  /** Name. */
  readonly resourceGroup: Output<string>;
  readonly workspace: { readonly name: Output<string>; readonly id: Output<string> };
  /** Ends the names that had to be unique. */
  readonly suffix: Output<string>;
  /** Name. */
  readonly storageAccount: Output<string>;
  /** Client ids for a workflow's sign-in; only where the stage makes identities for one. */
  readonly pipeline?: { readonly deploy: Output<string>; readonly preview: Output<string> };
  /** What another stack builds its workloads on; only of a stack that makes the platform alone. */
  readonly platform?: Output<PlatformDescription>;
  /** By the names in the YAML. */
  readonly onlineEndpoints: Readonly<Record<string, OnlineEndpointOutput>>;
  /** By the names in the YAML. */
  readonly batchEndpoints: Readonly<Record<string, BatchEndpointOutput>>;
  /** By the names in the YAML; only where the stage has jobs. */
  readonly jobs?: Readonly<Record<string, JobOutput>>;
}

/** Of the last run. */
interface JobOutput {
  readonly run: Output<string>;
  readonly status: Output<string>;
  readonly metrics: Output<Record<string, number>>;
  /** By output: the version that it registered. */
  readonly models: Output<Record<string, { readonly name: string; readonly version: string }>>;
}

interface EndpointOutput {
  /** In Azure, with the stage's suffix. */
  readonly name: Output<string>;
  readonly id: Output<string>;
  readonly scoringUri: Output<string>;
}

interface OnlineEndpointOutput extends EndpointOutput {
  readonly authMode: "AADToken" | "AMLToken" | "Key";
  /** Of `authMode` `Key`; secret. */
  readonly keys?: Output<{ readonly primary: string; readonly secondary: string }>;
  /** Of `authMode` `AMLToken`; secret. */
  readonly accessToken?: Output<string>;
  /** Percent by deployment, as the service has it. */
  readonly traffic: Output<Record<string, number>>;
  /** A request body to try it with, relative to the project. */
  readonly sampleRequest?: string;
}

interface BatchEndpointOutput extends EndpointOutput {
  readonly defaultDeployment: Output<string | undefined>;
  /** A folder to try it with, relative to the project. */
  readonly sampleInput?: string;
}

export function buildStage(stage: Stage): StageOutputs {
  const { settings } = stage;
  const own = stage.platform ? undefined : buildPlatform(settings);
  const platform = own ?? platformAt(settings, stage.platform!);
  const services = settings.stack.part === "platform" ? undefined : buildWorkloads(stage, platform);
  watchStage(settings, own, platform, services);
  const { group, storage, workspace } = platform;

  return {
    resourceGroup: group.resourceGroupName,
    workspace: { name: workspace.workspaceName, id: workspace.id },
    suffix: group.suffix,
    storageAccount: storage.accountName,
    ...(own?.pipeline && {
      pipeline: { deploy: own.pipeline.clientIds.ciDeploy, preview: own.pipeline.clientIds.ciPreview },
    }),
    ...(own && !services && { platform: describePlatform(settings, own) }),
    onlineEndpoints: Object.fromEntries(
      (services?.onlineEndpoints ?? []).map(({ name, endpoint, authMode, sample }) => [
        name,
        {
          name: endpoint.endpointName,
          id: endpoint.id,
          scoringUri: endpoint.scoringUri,
          authMode,
          traffic: endpoint.traffic,
          ...(endpoint.keys && { keys: endpoint.keys }),
          ...(endpoint.accessToken && { accessToken: endpoint.accessToken }),
          ...(sample !== undefined && { sampleRequest: sample }),
        },
      ]),
    ),
    ...(Object.keys(services?.jobs ?? {}).length > 0 && {
      jobs: Object.fromEntries(
        Object.entries(services?.jobs ?? {}).map(([name, { runName, status, metrics, models }]) => [
          name,
          { run: runName, status, metrics, models },
        ]),
      ),
    }),
    batchEndpoints: Object.fromEntries(
      (services?.batchEndpoints ?? []).map(({ name, endpoint, sample }) => [
        name,
        {
          name: endpoint.endpointName,
          id: endpoint.id,
          scoringUri: endpoint.scoringUri,
          defaultDeployment: endpoint.defaultDeployment,
          ...(sample !== undefined && { sampleInput: sample }),
        },
      ]),
    ),
  };
}
