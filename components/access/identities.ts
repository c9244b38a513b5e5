import * as pulumi from "@pulumi/pulumi";
import * as managedidentity from "@pulumi/azure-native/managedidentity/index.js";
import { nameOf, token, within } from "../component.ts";
import type { Placement } from "../component.ts";
import type { Principal } from "./role-assignments.ts";
import type { WorkloadIdentity } from "./role-table.ts";

export interface IdentitiesArgs {
  readonly placement: Placement;
}

/** The user-assigned identities of a stage: one for the workspace, one for its clusters, one for its endpoints. */
export class Identities extends pulumi.ComponentResource {
  readonly workspace: managedidentity.UserAssignedIdentity;
  readonly compute: managedidentity.UserAssignedIdentity;
  readonly endpoint: managedidentity.UserAssignedIdentity;

  /** For role assignments. */
  readonly principals: Readonly<Record<WorkloadIdentity, Principal>>;

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
    this.principals = {
      workspace: { id: this.workspace.principalId, type: "ServicePrincipal" },
      compute: { id: this.compute.principalId, type: "ServicePrincipal" },
      endpoint: { id: this.endpoint.principalId, type: "ServicePrincipal" },
    };
    this.registerOutputs({
      workspaceId: this.workspace.id,
      computeId: this.compute.id,
      endpointId: this.endpoint.id,
    });
  }
}
