import * as pulumi from "@pulumi/pulumi";
import { RoleReadiness } from "@azure-ml-as-code/provider/sdk.ts";
import * as authorization from "@pulumi/azure-native/authorization/index.js";
import { token, within } from "../component.ts";
import { delegable, planRoles, tableProblems } from "./role-table.ts";
import type { Identity, RoleRow, Scope } from "./role-table.ts";
import { assignmentName, delegation, roleDefinitionId } from "./roles.ts";

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
 * Azure is asked until those of identities work: who depends on this component finds them in force.
 * Names come from scope, principal and role, so that a second run finds them and a new identity gets new ones.
 */
export class RoleAssignments extends pulumi.ComponentResource {
  /** Known when all of them work; for what follows by data flow. What may name the component takes `dependsOn`. */
  readonly ready: pulumi.Output<void>;

  constructor(name: string, args: RoleAssignmentsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("access", "RoleAssignments"), name, args, opts);
    const { table, principals, scopes } = args;
    const problems = tableProblems(table);
    if (problems.length > 0) throw new pulumi.RunError(`${name}: ${problems.join("; ")}`);
    const subscriptionId = pulumi.output(args.subscriptionId);

    const rows = planRoles(table, Object.keys(principals), Object.keys(scopes));
    const made = rows.map(({ key, identity, role, scope, why, delegates }) => {
      const { id: principalId, type: principalType } = principals[identity]!;
      const scopeId = scopes[scope]!;
      const { id } = new authorization.RoleAssignment(
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
          ...(delegates && { condition: delegation(delegable), conditionVersion: "2.0" }),
        },
        within(this, opts),
      );
      return { id, principalId, principalType };
    });
    // Nothing of a stage waits for people.
    const waitedFor = made.filter(({ principalType }) => principalType !== "Group");
    const ready =
      waitedFor.length > 0
        ? new RoleReadiness(
            `${name}-ready`,
            { assignments: waitedFor.map(({ id, principalId }) => ({ id, principalId })) },
            within(this, opts),
          ).id
        : undefined;
    this.ready = pulumi.all([ready, ...made.map(({ id }) => id)]).apply(() => undefined);
    this.registerOutputs({});
  }
}
