/** Who may do what here: role assignments and role definitions of the store, asked about each call. */
import type { Access, Claims, CloudIdentity } from "../../contracts.ts";
import { keyOf, nameOf } from "../arm/id.ts";
import { at, isObject, type JsonObject, textAt } from "../arm/json.ts";
import type { Resource, Store } from "../arm/store.ts";
import { ConditionError, parseCondition } from "./condition.ts";
import { allows, type Grant, type Permission, type Question } from "./evaluate.ts";
import { BUILT_IN, builtIn } from "./roles.ts";

export const ROLE_ASSIGNMENT = "Microsoft.Authorization/roleAssignments";
export const ROLE_DEFINITION = "Microsoft.Authorization/roleDefinitions";

/** What conditions look at: by source and attribute, as in `condition.ts`. */
export type Attributes = Readonly<Record<string, string>>;

/** {@link Access} with what only the cloud itself asks. */
export interface CloudAccess extends Access {
  /** Whether any of these principals, or a group that one is in, is allowed it. */
  allows(principals: readonly string[], question: Question, attributes?: Attributes): boolean;
  /** Whether an assignment has reached the services that ask: new ones take their time. */
  works(assignment: Pick<Resource, "systemData">): boolean;
  /** Object ids of the principal and of all groups that it is in, groups of groups too. */
  circleOf(principal: string): ReadonlySet<string>;
  /** Permissions of a role, built in or made here; undefined for none. */
  permissionsOf(roleDefinitionId: string): readonly Permission[] | undefined;
}

export interface AccessOptions {
  readonly store: Store;
  readonly identity: CloudIdentity;
  readonly now: () => Date;
  /** Milliseconds from the writing of an assignment until it works. */
  readonly delayMs: number;
  /** Told of each question and its answer. */
  readonly onDecision?:
    ((principals: readonly string[], question: Question, allowed: boolean) => void) | undefined;
}

/** As Azure words it. */
export const denial = (client: string, objectId: string, { action, scope }: Question): string =>
  `The client '${client}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;

const clientOf = ({ oid, appid, ...claims }: Claims): string => {
  const upn = claims["upn"];
  return typeof upn === "string" ? upn : (appid ?? oid);
};

interface Assigned extends Grant {
  readonly since: number;
}

export function createAccess({ store, identity, now, delayMs, onDecision }: AccessOptions): CloudAccess {
  let read: { readonly revision: number; readonly byPrincipal: ReadonlyMap<string, readonly Assigned[]> } = {
    revision: -1,
    byPrincipal: new Map(),
  };

  const permissionsOf = (roleDefinitionId: string): readonly Permission[] | undefined => {
    const guid = nameOf(roleDefinitionId).toLowerCase();
    const custom = () => {
      const [made] = store.named(ROLE_DEFINITION, guid);
      const permissions = at(made?.body, "properties.permissions");
      return Array.isArray(permissions)
        ? permissions.filter(isObject).map((entry) => entry as JsonObject & Permission)
        : undefined;
    };
    return BUILT_IN.get(guid)?.permissions ?? custom();
  };

  /** Read again only when roles changed: most calls change none. */
  function assignments(): ReadonlyMap<string, readonly Assigned[]> {
    const revision = store.accessRevision();
    if (read.revision === revision) return read.byPrincipal;
    const byPrincipal = new Map<string, Assigned[]>();
    for (const assignment of store.ofType(ROLE_ASSIGNMENT)) {
      const { key, body, systemData } = assignment;
      const permissions = permissionsOf(textAt(body, "properties.roleDefinitionId") ?? "");
      const principal = textAt(body, "properties.principalId")?.toLowerCase();
      if (!permissions || principal === undefined) continue;
      const scope = key.slice(0, key.lastIndexOf("/providers/microsoft.authorization/"));
      const condition = textAt(body, "properties.condition");
      const entry = { scope, permissions, condition, since: sinceOf({ systemData }) };
      byPrincipal.set(principal, [...(byPrincipal.get(principal) ?? []), entry]);
    }
    read = { revision, byPrincipal };
    return byPrincipal;
  }

  const sinceOf = ({ systemData }: Pick<Resource, "systemData">) =>
    Date.parse(textAt(systemData, "createdAt") ?? "") || 0;
  const arrived = (since: number) => delayMs === 0 || since + delayMs <= now().getTime();

  function circleOf(principal: string): ReadonlySet<string> {
    const circle = new Set([principal.toLowerCase()]);
    for (const member of circle)
      // grows while it is walked
      for (const group of store.holders(member, "members")) circle.add(group.toLowerCase());
    return circle;
  }

  const access: CloudAccess = {
    allows(principals, question, attributes = {}) {
      const byPrincipal = assignments();
      const grants = principals
        .flatMap((principal) => [...circleOf(principal)])
        .flatMap((member) => byPrincipal.get(member) ?? [])
        .filter(({ since }) => arrived(since));
      const allowed = allows(grants, question, (condition) => {
        try {
          return parseCondition(condition)({ action: question.action, attributes });
        } catch (error) {
          if (error instanceof ConditionError) return false; // it was refused when written; older ones allow nothing
          throw error;
        }
      });
      onDecision?.(principals, question, allowed);
      return allowed;
    },
    works: (assignment) => arrived(sinceOf(assignment)),
    circleOf,
    permissionsOf,
    refusal(caller, action, scope, kind = "action") {
      const question = { kind, action, scope };
      return access.allows([caller.oid], question)
        ? undefined
        : denial(clientOf(caller), caller.oid, question);
    },
  };
  seedOwner(store, identity, now);
  return access;
}

/** Who made the subscription owns it: without that nobody could give the first role. */
function seedOwner(store: Store, identity: CloudIdentity, now: () => Date): void {
  const scope = `/subscriptions/${identity.subscriptionId}`;
  const name = identity.objectId;
  const id = `${scope}/providers/${ROLE_ASSIGNMENT}/${name}`;
  if (store.get(keyOf(id))) return;
  const time = now().toISOString();
  store.put({
    id,
    key: keyOf(id),
    type: ROLE_ASSIGNMENT,
    name,
    parent: keyOf(scope),
    body: {
      properties: {
        scope,
        roleDefinitionId: `${scope}/providers/${ROLE_DEFINITION}/${builtIn("Owner").id}`,
        principalId: identity.objectId,
        principalType: "ServicePrincipal",
        createdOn: time,
        updatedOn: time,
        createdBy: null,
        updatedBy: null,
      },
    },
    internal: {},
    // Long ago: it works from the first call on.
    systemData: { createdAt: new Date(0).toISOString() },
    revision: 1,
  });
}
