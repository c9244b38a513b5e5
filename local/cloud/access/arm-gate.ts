/** The gate before every ARM request: the caller must have a role for it, and for what it draws in. */
import type { Claims } from "../../contracts.ts";
import { ArmError } from "../arm/errors.ts";
import { keyOf } from "../arm/id.ts";
import { isObject, type JsonObject, objectAt, textAt } from "../arm/json.ts";
import type { Resource, Store } from "../arm/store.ts";
import type { ArmRequest } from "../arm/table.ts";
import { USER_ASSIGNED } from "../arm/identities.ts";
import { type Attributes, type CloudAccess, denial, ROLE_ASSIGNMENT } from "./access.ts";
import { questionOf } from "./actions.ts";
import type { Question } from "./evaluate.ts";

const ASSIGN = `${USER_ASSIGNED}/assign/action`;
const JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action";

const clientOf = ({ appid, oid }: Claims) => appid ?? oid;

/** What conditions on role assignments compare: of the assignment that is written, or of the one that goes. */
function attributesOf(request: ArmRequest, existing: Resource | undefined): Attributes {
  const of = (source: string, body: JsonObject | undefined): [string, string][] =>
    ["roleDefinitionId", "principalId", "principalType"].flatMap((name) => {
      const value = textAt(body, `properties.${name}`);
      return value === undefined
        ? []
        : [[`${source}|${ROLE_ASSIGNMENT}:${name}`.toLowerCase(), value.split("/").at(-1)!]];
    });
  return Object.fromEntries([...of("request", request.body), ...of("resource", existing?.body)]);
}

/** Ids of subnets, wherever they are in a body. */
function subnetsIn(value: unknown): string[] {
  if (typeof value === "string")
    return /^\/subscriptions\/.+\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i.test(value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(subnetsIn);
  return isObject(value) ? Object.values(value).flatMap(subnetsIn) : [];
}

/** What a write draws in that its caller must be allowed to use: identities that it assigns, subnets that it joins. */
function linked(request: ArmRequest, existing: Resource | undefined): Question[] {
  const known = (id: string, ids: readonly string[]) => ids.some((other) => keyOf(other) === keyOf(id));
  const identities = (body: JsonObject | undefined) =>
    Object.entries(objectAt(body, "identity.userAssignedIdentities")).flatMap(([id, entry]) =>
      entry === null && body === request.body && request.method === "PATCH" ? [] : [id],
    );
  const added = (all: readonly string[], before: readonly string[]) => [
    ...new Set(all.filter((id) => !known(id, before))),
  ];
  return [
    ...added(identities(request.body), identities(existing?.body)).map((scope) => [ASSIGN, scope] as const),
    ...added(subnetsIn(request.body), subnetsIn(existing?.body)).map((scope) => [JOIN, scope] as const),
  ].map(([action, scope]) => ({ kind: "action", action, scope }));
}

/** @throws ArmError 403 `AuthorizationFailed` or `LinkedAuthorizationFailed`, as Azure words them */
export function authorizeArm(access: CloudAccess, store: Store, request: ArmRequest): void {
  const question = questionOf(request.method, request.path);
  if (!question) return;
  const { caller } = request;
  const write = ["PUT", "PATCH", "DELETE"].includes(request.method);
  const existing = write ? store.get(keyOf(question.scope)) : undefined;
  const attributes = write ? attributesOf(request, existing) : {};
  if (!access.allows([caller.oid], question, attributes))
    throw new ArmError(403, "AuthorizationFailed", denial(clientOf(caller), caller.oid, question));
  if (!write || !request.body) return;
  for (const link of linked(request, existing))
    if (!access.allows([caller.oid], link))
      throw new ArmError(
        403,
        "LinkedAuthorizationFailed",
        `The client '${clientOf(caller)}' with object id '${caller.oid}' has permission to perform action '${question.action}' on scope '${question.scope}'; however, it does not have permission to perform action(s) '${link.action}' on the linked scope(s) '${link.scope}' (respectively) or the linked scope(s) are invalid.`,
      );
}
