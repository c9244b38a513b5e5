import * as pulumi from "@pulumi/pulumi";
import * as authorization from "@pulumi/azure-native/authorization/index.js";
import { token, within } from "../component.ts";
import { planRoles } from "./role-table.ts";
import type { Identity, RoleRow, Scope } from "./role-table.ts";
import { assignmentName, roleDefinitionId } from "./roles.ts";

export interface Principal {
  /** Object id; of a managed identity its principal id, never its client id. */
  readonly id: pulumi.Input<string>;
  readonly type: "ServicePrincipal" | "User" | "Group";
}

export interface RoleAssignmentsArgs {
  readonly subscriptionId: pulumi.Input<string>;
  /** Who gets which role where; `role-table.ts` has this project's. */
  readonly table: readonly RoleRow[];
  /** Rows of identities that are not here are left out. */
  readonly principals: Readonly<Partial<Record<Identity, Principal>>>;
  /** ARM ids. Rows of scopes that are not here are left out. */
  readonly scopes: Readonly<Partial<Record<Scope, pulumi.Input<string>>>>;
}

/**
 * Role assignments, one for each row of a table that finds its identity and its scope.
 *
 * `principalType` is always given: without it Azure looks a new identity up in a directory that may not have it yet.
 * Names come from scope, principal and role, so that a second run finds them and a new identity gets new ones.
 */
export class RoleAssignments extends pulumi.ComponentResource {
  constructor(name: string, args: RoleAssignmentsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("access", "RoleAssignments"), name, args, opts);
    const { table, principals, scopes } = args;
    const subscriptionId = pulumi.output(args.subscriptionId);

    for (const { key, identity, role, scope, why } of planRoles(
      table,
      Object.keys(principals),
      Object.keys(scopes),
    )) {
      const { id: principalId, type: principalType } = principals[identity]!;
      const scopeId = scopes[scope]!;
      new authorization.RoleAssignment(
        `${name}-${key}`,
        {
          roleAssignmentName: pulumi
            .all([scopeId, principalId])
            .apply(([at, principal]) => assignmentName(at, principal, role)),
          scope: scopeId,
          principalId,
          principalType,
          roleDefinitionId: subscriptionId.apply((id) => roleDefinitionId(id, role)),
          description: why,
        },
        within(this, opts),
      );
    }
    this.registerOutputs({});
  }
}
