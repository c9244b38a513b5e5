import * as pulumi from "@pulumi/pulumi";
import * as managedidentity from "@pulumi/azure-native/managedidentity/index.js";
import { nameOf, token, within } from "../component.ts";
import type { Placement } from "../component.ts";

/** Who acts for a stage. What each may do: `role-table.ts`. */
export const workloadIdentities = ["workspace", "compute", "endpoint"] as const;
export type WorkloadIdentity = (typeof workloadIdentities)[number];

export interface IdentitiesArgs {
  readonly placement: Placement;
}

/** The user-assigned identities of a stage: one for the workspace, one for its clusters, one for its endpoints. */
export class Identities extends pulumi.ComponentResource {
  readonly workspace: managedidentity.UserAssignedIdentity;
  readonly compute: managedidentity.UserAssignedIdentity;
  readonly endpoint: managedidentity.UserAssignedIdentity;

  constructor(name: string, args: IdentitiesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("access", "Identities"), name, args, opts);
    const { placement } = args;
    const identity = (purpose: WorkloadIdentity) =>
      new managedidentity.UserAssignedIdentity(
        `${name}-${purpose}`,
        {
          resourceName: nameOf(placement, "userAssignedIdentity", purpose),
          resourceGroupName: placement.resourceGroupName,
          location: placement.location,
          tags: { ...placement.tags },
        },
        within(this, opts),
      );

    this.workspace = identity("workspace");
    this.compute = identity("compute");
    this.endpoint = identity("endpoint");
    this.registerOutputs({
      workspaceId: this.workspace.id,
      computeId: this.compute.id,
      endpointId: this.endpoint.id,
    });
  }
}
