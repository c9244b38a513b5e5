/** Microsoft.Authorization: role assignments, role definitions, locks; all at any scope. */
import { ArmError } from "../errors.ts";
import { LOCK } from "../gates.ts";
import { ROLE_ASSIGNMENT, ROLE_DEFINITION } from "../../access/access.ts";
import { ConditionError, parseCondition } from "../../access/condition.ts";
import { reaches } from "../../access/evaluate.ts";
import { BUILT_IN, type RoleDefinition } from "../../access/roles.ts";
import { ancestry, keyOf, nameOf } from "../id.ts";
import { USER_ASSIGNED } from "../identities.ts";
import { asText, at, isObject, type JsonObject, sameText, textAt } from "../json.ts";
import type { Resource } from "../store.ts";
import { type Cloud, ok, type ProviderTable, type ResourceType, type WriteContext } from "../table.ts";
import { nameRule } from "./modes.ts";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a directory would call the principal; undefined if it knows none. */
function principalTypeOf(cloud: Cloud, principalId: string): string | undefined {
  if (sameText(principalId, cloud.identity.objectId)) return "ServicePrincipal";
  const entry = cloud.store.entry(principalId.toLowerCase());
  if (entry) return { groups: "Group", users: "User" }[asText(entry["kind"])] ?? "ServicePrincipal";
  const identities = cloud.store.ofType(USER_ASSIGNED);
  return identities.some(({ body }) => textAt(body, "properties.principalId") === principalId)
    ? "ServicePrincipal"
    : undefined;
}

const principalOf = ({ body }: Pick<WriteContext, "body">) => textAt(body, "properties.principalId") ?? "";
const roleOf = ({ body }: Pick<WriteContext, "body">) =>
  nameOf(textAt(body, "properties.roleDefinitionId") ?? "").toLowerCase();

const built = (cloud: Cloud, { id, name, description, permissions }: RoleDefinition): JsonObject => ({
  id: `/subscriptions/${cloud.identity.subscriptionId}/providers/${ROLE_DEFINITION}/${id}`,
  name: id,
  type: ROLE_DEFINITION,
  properties: {
    roleName: name,
    type: "BuiltInRole",
    description,
    assignableScopes: ["/"],
    permissions: permissions.map((permission) => ({
      actions: [...(permission.actions ?? [])],
      notActions: [...(permission.notActions ?? [])],
      dataActions: [...(permission.dataActions ?? [])],
      notDataActions: [...(permission.notDataActions ?? [])],
      condition: permission.condition ?? null,
    })),
    createdOn: null,
    updatedOn: null,
    createdBy: null,
    updatedBy: null,
  },
});

/** Why a condition cannot be read; undefined for one that can, and for none. */
function conditionProblem(body: JsonObject): string | undefined {
  const condition = textAt(body, "properties.condition");
  if (condition === undefined) return undefined;
  if (textAt(body, "properties.conditionVersion") !== "2.0") return "A condition needs conditionVersion 2.0.";
  try {
    parseCondition(condition);
    return undefined;
  } catch (error) {
    if (error instanceof ConditionError) return `The condition is not valid: ${error.message}.`;
    throw error;
  }
}

/** `$filter` as clients of role assignments send it. */
function filtered(
  { access }: Cloud,
  found: readonly Resource[],
  filter: string | undefined,
): readonly Resource[] {
  const [, how, principal] = /(principalId eq|assignedTo\()\s*'([^']+)'/i.exec(filter ?? "") ?? [];
  if (principal === undefined) return found;
  if (how!.toLowerCase().startsWith("principalid"))
    return found.filter((assignment) => sameText(principalOf(assignment), principal));
  // Asked for what somebody may do, through groups too, Azure tells what has reached the services that decide.
  const circle = access.circleOf(principal);
  return found.filter(
    (assignment) => circle.has(principalOf(assignment).toLowerCase()) && access.works(assignment),
  );
}

const scopesOf = (body: JsonObject): string[] => {
  const scopes = at(body, "properties.assignableScopes");
  return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === "string") : [];
};

/** Whether a role made here may be given at the scope. */
const assignableAt = (body: JsonObject, scope: string): boolean =>
  scopesOf(body).some((one) => reaches(one, scope) || reaches(scope, one));

/** Roles of the tenant's own making. */
const roleDefinition: ResourceType = {
  type: ROLE_DEFINITION,
  scope: "any",
  stateless: true,
  name: nameRule(GUID, "a GUID", "InvalidRoleDefinitionId"),
  required: ["properties.roleName", "properties.permissions", "properties.assignableScopes"],
  defaults: { properties: { description: "", type: "CustomRole" } },
  rules: [
    {
      code: "InvalidRoleDefinitionScope",
      target: "properties.assignableScopes",
      check: ({ body }) =>
        scopesOf(body).length === 0 ? "A role needs at least one scope that it may be given at." : undefined,
    },
    {
      code: "RoleDefinitionWithSameNameExists",
      status: 409,
      target: "properties.roleName",
      check: ({ cloud, key, body }) => {
        const name = textAt(body, "properties.roleName") ?? "";
        const taken =
          [...BUILT_IN.values()].some((role) => sameText(role.name, name)) ||
          cloud.store
            .ofType(ROLE_DEFINITION)
            .some(
              (role) => role.key !== key && sameText(textAt(role.body, "properties.roleName") ?? "", name),
            );
        return taken
          ? `A custom role with the same name already exists in this directory: '${name}'. Use a different name.`
          : undefined;
      },
    },
    {
      code: "InvalidActionOrNotAction",
      target: "properties.permissions",
      check: ({ body }) => {
        const permissions = at(body, "properties.permissions");
        const odd = (Array.isArray(permissions) ? permissions : [])
          .filter(isObject)
          .flatMap((entry) =>
            ["actions", "notActions", "dataActions", "notDataActions"].flatMap((list) => entry[list] ?? []),
          )
          .find((action) => typeof action !== "string" || !/^(\*|[\w.*-]+(\/[\w.*-]+)+)$/.test(action));
        return odd === undefined
          ? undefined
          : `'${asText(odd)}' does not match any of the actions supported by the providers.`;
      },
    },
  ],
  deleteRules: [
    {
      code: "RoleDefinitionHasAssignments",
      check: ({ cloud, resource }) => {
        const users = cloud.store
          .ofType(ROLE_ASSIGNMENT)
          .filter((assignment) => roleOf(assignment) === resource.name.toLowerCase());
        return users.length > 0
          ? `There are existing role assignments referencing role (code: RoleDefinitionHasAssignments): ${users.length}.`
          : undefined;
      },
    },
  ],
};

export const authorization: ProviderTable = {
  types: [
    {
      type: ROLE_ASSIGNMENT,
      scope: "any",
      stateless: true,
      name: nameRule(GUID, "a GUID", "InvalidRoleAssignmentId"),
      required: ["properties.roleDefinitionId", "properties.principalId"],
      enums: { "properties.principalType": ["User", "Group", "ServicePrincipal", "ForeignGroup", "Device"] },
      rules: [
        {
          code: "InvalidPrincipalId",
          target: "properties.principalId",
          check: (w) =>
            GUID.test(principalOf(w)) ? undefined : `The principal id '${principalOf(w)}' is not a GUID.`,
        },
        {
          code: "RoleDefinitionDoesNotExist",
          target: "properties.roleDefinitionId",
          check: (w) =>
            w.cloud.access.permissionsOf(roleOf(w))
              ? undefined
              : `The specified role definition with ID '${roleOf(w)}' does not exist.`,
        },
        {
          code: "InvalidConditionOrConditionVersion",
          target: "properties.condition",
          check: ({ body }) => conditionProblem(body),
        },
        {
          code: "PrincipalNotFound",
          target: "properties.principalId",
          check: (w) =>
            textAt(w.body, "properties.principalType") === undefined &&
            !principalTypeOf(w.cloud, principalOf(w))
              ? `Principal ${principalOf(w)} does not exist in the directory ${w.cloud.identity.tenantId}. If it was created just now, set the property principalType.`
              : undefined,
        },
        {
          code: "UnmatchedPrincipalType",
          target: "properties.principalType",
          check: (w) => {
            const known = principalTypeOf(w.cloud, principalOf(w));
            const said = textAt(w.body, "properties.principalType");
            return known && said && known !== said
              ? `The PrincipalId '${principalOf(w)}' has type '${known}', which is different from specified PrinciaplType '${said}'.`
              : undefined;
          },
        },
        {
          code: "RoleAssignmentUpdateNotPermitted",
          check: (w) =>
            w.existing && (principalOf(w) !== principalOf(w.existing) || roleOf(w) !== roleOf(w.existing))
              ? "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
              : undefined,
        },
        {
          code: "RoleAssignmentExists",
          status: 409,
          check: (w) => {
            const scope = w.key.slice(0, w.key.lastIndexOf("/providers/"));
            const twin = w.cloud.store
              .children(scope, ROLE_ASSIGNMENT)
              .find(
                (other) =>
                  other.key !== w.key && principalOf(other) === principalOf(w) && roleOf(other) === roleOf(w),
              );
            return (
              twin &&
              `The role assignment already exists. The ID of the existing role assignment is ${twin.name.replaceAll("-", "")}.`
            );
          },
        },
      ],
      computed: ({ cloud, id, body, existing, caller }) => ({
        properties: {
          scope: id.slice(0, id.lastIndexOf("/providers/")),
          principalType:
            textAt(body, "properties.principalType") ??
            principalTypeOf(cloud, principalOf({ body })) ??
            "Unknown",
          createdOn: textAt(existing?.body, "properties.createdOn") ?? cloud.now().toISOString(),
          updatedOn: cloud.now().toISOString(),
          createdBy: caller.oid,
          updatedBy: caller.oid,
        },
      }),
      list: ({ cloud, parent, found, query }) => {
        const atScope = /atScope\(\)/i.test(query["$filter"] ?? "");
        const above = ancestry(parent)
          .slice(1)
          .flatMap((scope) => cloud.store.children(scope, ROLE_ASSIGNMENT));
        const below = cloud.store
          .under(parent)
          .filter(({ type, key }) => type === ROLE_ASSIGNMENT && !found.some((own) => own.key === key));
        return filtered(cloud, [...found, ...above, ...(atScope ? [] : below)], query["$filter"]);
      },
    },
    roleDefinition,
    {
      type: LOCK,
      scope: "any",
      stateless: true,
      required: ["properties.level"],
      enums: { "properties.level": ["CanNotDelete", "ReadOnly", "NotSpecified"] },
    },
  ],
  routes: [
    {
      method: "GET",
      pattern: /^(.*)\/providers\/microsoft\.authorization\/roledefinitions$/i,
      handle: (cloud, [, scope = ""], { query }) => {
        const filter = query["$filter"] ?? "";
        const name = /roleName eq '([^']+)'/i.exec(filter)?.[1];
        const type = /type eq '([^']+)'/i.exec(filter)?.[1];
        const custom = cloud.store
          .ofType(ROLE_DEFINITION)
          .filter(({ body }) => assignableAt(body, keyOf(scope)))
          .map(({ id, name: guid, type: kind, body }) => ({ id, name: guid, type: kind, ...body }));
        const all: JsonObject[] = [...[...BUILT_IN.values()].map((role) => built(cloud, role)), ...custom];
        const value = all.filter(
          (role) =>
            (name === undefined || sameText(textAt(role, "properties.roleName") ?? "", name)) &&
            (type === undefined || sameText(textAt(role, "properties.type") ?? "", type)),
        );
        return ok({ value, nextLink: null });
      },
    },
    {
      method: "GET",
      pattern: /^.*\/providers\/microsoft\.authorization\/roledefinitions\/([^/]+)$/i,
      handle: (cloud, [path, guid]) => {
        const role = BUILT_IN.get(guid!.toLowerCase());
        if (role) return ok(built(cloud, role));
        const made = cloud.store.get(keyOf(path!)) ?? cloud.store.named(ROLE_DEFINITION, guid!)[0];
        if (!made)
          throw new ArmError(
            404,
            "RoleDefinitionDoesNotExist",
            `The specified role definition with ID '${guid!}' does not exist.`,
          );
        return ok({ id: made.id, name: made.name, type: made.type, ...made.body });
      },
    },
  ],
};
