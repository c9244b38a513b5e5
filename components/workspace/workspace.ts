import * as pulumi from "@pulumi/pulumi";
import { WorkspaceGuard, WorkspacePurge } from "@azure-ml-as-code/provider/sdk.ts";
import type { Allowance } from "@azure-ml-as-code/provider/sdk.ts";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import { nameOf, token, within } from "../component.ts";
import type { InWorkspace, Placement } from "../component.ts";
import { exposure } from "../network/exposure.ts";
import { armRule } from "./outbound-rules.ts";
import type { OutboundRule } from "./outbound-rules.ts";

/**
 * What the workspace's computes and deployments reach: anything, the Internet but from a network of their own, or
 * approved destinations only. Azure lets it be tightened and never relaxed.
 *
 * @public
 */
export type Isolation = "none" | "internet-outbound" | "approved-outbound";

export interface WorkspaceArgs {
  readonly placement: Placement;
  /** Tells workspaces of one stage apart. @default none */
  readonly purpose?: string;
  /** A project takes its parts from the hub that it belongs to. @default "Default" */
  readonly kind?: "Default" | "Hub" | "Project" | "FeatureStore";
  /** ARM id of a project's hub. */
  readonly hubId?: pulumi.Input<string>;
  readonly description?: string;
  readonly friendlyName?: string;
  /**
   * User-assigned identity that the workspace acts as. Its roles must be there: see {@link Workspace}.
   * @default a system-assigned identity, which Azure gives its roles itself, and wider ones
   */
  readonly identityId?: pulumi.Input<string>;
  /** Parts: created by `Storage`, `KeyVault`, `Monitoring` and `ContainerRegistry`, or brought along. Not of a project. */
  readonly storageAccountId?: pulumi.Input<string>;
  readonly keyVaultId?: pulumi.Input<string>;
  readonly applicationInsightsId?: pulumi.Input<string>;
  readonly containerRegistryId?: pulumi.Input<string>;
  /** Opens studio, jobs and assets to the Internet, for callers with a role. @default false */
  readonly publicNetworkAccess?: boolean;
  /** @default "none" */
  readonly isolation?: Isolation;
  /** What the managed network lets out besides what Azure ML itself needs, by a name of its own each. @default none */
  readonly outboundRules?: Readonly<Record<string, OutboundRule>>;
  /** Of the firewall that rules of kind `fqdn` bring. @default "Standard" */
  readonly firewallSku?: "Basic" | "Standard";
  /** Makes the managed network with the workspace; else the first compute waits for it, half an hour. @default false */
  readonly provisionNetworkNow?: boolean;
  /** How jobs are seen from outside that name no compute. Without a subnet they run in the managed network. @default no public address */
  readonly serverless?: { readonly subnetId?: pulumi.Input<string>; readonly publicIp?: boolean };
  /** How the workspace reaches its own datastores. @default "Identity" */
  readonly systemDatastores?: "Identity" | "UserDelegationSAS" | "AccessKey";
  /** A key of one's own for what the workspace keeps. Its vault needs purge protection. @default Microsoft's key */
  readonly encryption?: {
    readonly keyVaultId: pulumi.Input<string>;
    /** Address of the key, with its version. */
    readonly keyIdentifier: pulumi.Input<string>;
    /** User-assigned identity that may use the key. @default the workspace's */
    readonly identityId?: pulumi.Input<string>;
  };
  /** Tells Microsoft less about what runs, and encrypts scratch disks. Only when the workspace is made. @default false */
  readonly highBusinessImpact?: boolean;
  /** Keeps data of one project of a hub from another. Only when the workspace is made. @default false */
  readonly dataIsolation?: boolean;
  /** Name of the cluster that builds images where the registry is closed. @default none */
  readonly imageBuildCompute?: string;
  /** Changes that are meant, which a preview stops at otherwise. @default none */
  readonly allow?: readonly Allowance[];
  /** Purges the workspace when it is deleted: nothing of it can be recovered, and its name is free at once. @default false */
  readonly purgeOnDestroy?: boolean;
}

/**
 * An Azure Machine Learning workspace on parts that are given.
 *
 * Let it depend on the roles of its identity: a workspace made before them is made, and then fails in the first job or
 * deployment that touches its storage. A preview that would replace it, open it, or ask Azure for what it refuses stops.
 */
export class Workspace extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly workspaceName: pulumi.Output<string>;
  /** For everything that is made inside it. */
  readonly inside: InWorkspace;

  constructor(name: string, args: WorkspaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("workspace", "Workspace"), name, args, opts);
    const { placement, allow = [], purgeOnDestroy = false } = args;
    const { resourceGroupName, location, tags } = placement;
    const workspaceName = nameOf(placement, "workspace", args.purpose);
    const body = properties(args);

    const guard = new WorkspaceGuard(
      `${name}-guard`,
      {
        allow,
        workspace: {
          kind: body.kind,
          isolationMode: body.managedNetwork.isolationMode,
          publicNetworkAccess: body.publicNetworkAccess,
          systemDatastoresAuthMode: body.systemDatastoresAuthMode,
          systemIdentity: String(args.identityId === undefined),
          hubId: args.hubId ?? "",
          storageAccountId: args.storageAccountId ?? "",
          keyVaultId: args.keyVaultId ?? "",
          encryption: args.encryption?.keyIdentifier ?? "",
          hbiWorkspace: body.hbiWorkspace,
          dataIsolation: body.enableDataIsolation,
        },
      },
      within(this, opts),
    );
    // Made before the workspace to be deleted after it: only what is deleted can be purged.
    const purge = purgeOnDestroy
      ? [new WorkspacePurge(`${name}-purge`, { resourceGroupName, workspaceName }, within(this, opts))]
      : [];
    const workspace = new ml.Workspace(
      name,
      { workspaceName, resourceGroupName, location, tags: { ...tags }, ...body },
      pulumi.mergeOptions(within(this, opts), {
        dependsOn: [guard, ...purge],
        // Only where the guard was told that it is meant: a replacement takes every model and job with it.
        ...(allow.includes("replace") && { replaceOnChanges: createOnly, deleteBeforeReplace: true }),
      }),
    );

    this.id = workspace.id;
    this.workspaceName = workspace.name;
    this.inside = {
      id: workspace.id,
      resourceGroupName,
      workspaceName: workspace.name,
      location,
      tags,
    };
    this.registerOutputs({ id: workspace.id, workspaceName: workspace.name });
  }
}

const createOnly = [
  "kind",
  "hubResourceId",
  "storageAccount",
  "keyVault",
  "encryption",
  "hbiWorkspace",
  "enableDataIsolation",
  "identity",
];

const isolationModes: Record<Isolation, string> = {
  none: "Disabled",
  "internet-outbound": "AllowInternetOutbound",
  "approved-outbound": "AllowOnlyApprovedOutbound",
};

/** All but where it is and what it is called. */
function properties(args: WorkspaceArgs) {
  const { kind = "Default", isolation = "none", identityId, encryption, serverless } = args;
  const given = {
    description: args.description,
    friendlyName: args.friendlyName,
    hubResourceId: args.hubId,
    storageAccount: args.storageAccountId,
    keyVault: args.keyVaultId,
    applicationInsights: args.applicationInsightsId,
    containerRegistry: args.containerRegistryId,
    imageBuildCompute: args.imageBuildCompute,
    primaryUserAssignedIdentity: identityId,
  };
  const rules = Object.entries(args.outboundRules ?? {});
  return {
    kind,
    sku: { name: "Basic", tier: "Basic" as const },
    identity: identityId
      ? { type: "UserAssigned" as const, userAssignedIdentities: [identityId] }
      : { type: "SystemAssigned" as const },
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    systemDatastoresAuthMode: args.systemDatastores ?? "Identity",
    publicNetworkAccess: exposure(args.publicNetworkAccess ?? false).publicNetworkAccess,
    allowPublicAccessWhenBehindVnet: false,
    managedNetwork: {
      isolationMode: isolationModes[isolation],
      ...(rules.length > 0 && {
        outboundRules: Object.fromEntries(rules.map(([rule, said]) => [rule, armRule(said)])),
      }),
      ...(args.firewallSku && { firewallSku: args.firewallSku }),
    },
    ...(args.provisionNetworkNow && { provisionNetworkNow: true }),
    ...(serverless && {
      serverlessComputeSettings: {
        serverlessComputeNoPublicIP: !(serverless.publicIp ?? false),
        ...(serverless.subnetId !== undefined && { serverlessComputeCustomSubnet: serverless.subnetId }),
      },
    }),
    ...(encryption && {
      encryption: {
        status: "Enabled",
        keyVaultProperties: {
          keyVaultArmId: encryption.keyVaultId,
          keyIdentifier: encryption.keyIdentifier,
        },
        ...((encryption.identityId ?? identityId) && {
          identity: { userAssignedIdentity: (encryption.identityId ?? identityId)! },
        }),
      },
    }),
    hbiWorkspace: args.highBusinessImpact ?? false,
    enableDataIsolation: args.dataIsolation ?? false,
    v1LegacyMode: false,
  };
}
