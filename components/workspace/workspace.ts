import * as pulumi from "@pulumi/pulumi";
import { WorkspacePurge } from "@azure-ml-as-code/provider/sdk.ts";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import { nameOf, token, within } from "../component.ts";
import type { InWorkspace, Placement } from "../component.ts";
import { exposure } from "../network/exposure.ts";

/**
 * What the workspace's computes and deployments reach: anything, the Internet but from a network of their own, or
 * approved destinations only. Azure lets it be tightened and never relaxed.
 *
 * @public
 */
export type Isolation = "none" | "internet-outbound" | "approved-outbound";

export interface WorkspaceArgs {
  readonly placement: Placement;
  /** User-assigned identity that the workspace acts as. Its roles must be there: see {@link Workspace}. */
  readonly identityId: pulumi.Input<string>;
  readonly storageAccountId: pulumi.Input<string>;
  readonly keyVaultId: pulumi.Input<string>;
  readonly applicationInsightsId: pulumi.Input<string>;
  readonly containerRegistryId: pulumi.Input<string>;
  /** Opens studio, jobs and assets to the Internet, for callers with a role. @default false */
  readonly publicNetworkAccess?: boolean;
  /** @default "none" */
  readonly isolation?: Isolation;
  /** Purges the workspace when it is deleted: nothing of it can be recovered, and its name is free at once. @default false */
  readonly purgeOnDestroy?: boolean;
}

/**
 * An Azure Machine Learning workspace on parts that are given.
 *
 * Let it depend on the roles of its identity: a workspace made before them is made, and then fails in the first job or
 * deployment that touches its storage. It is never replaced because a property changed: Azure refuses such a change,
 * and a replacement would take every model and job with it.
 */
export class Workspace extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly workspaceName: pulumi.Output<string>;
  /** For everything that is made inside it. */
  readonly inside: InWorkspace;

  constructor(name: string, args: WorkspaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("workspace", "Workspace"), name, args, opts);
    const { placement, publicNetworkAccess = false, isolation = "none", purgeOnDestroy = false } = args;
    const { resourceGroupName, location, tags } = placement;
    const workspaceName = nameOf(placement, "workspace");

    // Made before the workspace to be deleted after it: only what is deleted can be purged.
    const purge = purgeOnDestroy
      ? [new WorkspacePurge(`${name}-purge`, { resourceGroupName, workspaceName }, within(this, opts))]
      : [];
    const workspace = new ml.Workspace(
      name,
      {
        workspaceName,
        resourceGroupName,
        location,
        tags: { ...tags },
        kind: "Default",
        sku: { name: "Basic", tier: "Basic" },
        identity: { type: "UserAssigned", userAssignedIdentities: [args.identityId] },
        primaryUserAssignedIdentity: args.identityId,
        storageAccount: args.storageAccountId,
        keyVault: args.keyVaultId,
        applicationInsights: args.applicationInsightsId,
        containerRegistry: args.containerRegistryId,
        systemDatastoresAuthMode: "Identity",
        publicNetworkAccess: exposure(publicNetworkAccess).publicNetworkAccess,
        allowPublicAccessWhenBehindVnet: false,
        managedNetwork: { isolationMode: isolationModes[isolation] },
        v1LegacyMode: false,
      },
      pulumi.mergeOptions(within(this, opts), { dependsOn: purge }),
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

const isolationModes: Record<Isolation, string> = {
  none: "Disabled",
  "internet-outbound": "AllowInternetOutbound",
  "approved-outbound": "AllowOnlyApprovedOutbound",
};
