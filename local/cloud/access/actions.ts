/** Which action a request is, and to what: the names that role definitions have for it. Pure. */
import { idOf, keyOf, parseTarget, splitPath, typeOf } from "../arm/id.ts";
import type { Question } from "./evaluate.ts";

const VERBS: Readonly<Record<string, string>> = {
  GET: "read",
  HEAD: "read",
  PUT: "write",
  PATCH: "write",
  DELETE: "delete",
};

const SUBSCRIPTION = "Microsoft.Resources/subscriptions";
/** Roles call a resource group by a longer name than ids do. */
const named = (type: string) =>
  type.toLowerCase() === "microsoft.resources/resourcegroups" ? `${SUBSCRIPTION}/resourceGroups` : type;

/** What a path under a subscription or a group means that names no provider: `/locations`, `/resources`, `/resourcegroups`. */
function outside(method: string, path: string): Question | undefined {
  const segments = splitPath(path);
  const is = (index: number, word: string) => segments[index]?.toLowerCase() === word;
  if (!is(0, "subscriptions") || segments.length < 2) return undefined;
  const verb = VERBS[method];
  const scope = `/subscriptions/${segments[1]!}`;
  if (segments.length === 2) return { kind: "action", action: `${SUBSCRIPTION}/${verb ?? "action"}`, scope };
  if (is(2, "providers") && method === "POST")
    return { kind: "action", action: `${segments[3] ?? ""}/${segments[4] ?? ""}/action`, scope };
  const group = is(2, "resourcegroups") && segments.length > 3;
  const at = group ? `${scope}/resourceGroups/${segments[3]!}` : scope;
  const rest = segments.slice(group ? 4 : 2);
  const type = group ? `${SUBSCRIPTION}/resourceGroups` : SUBSCRIPTION;
  const words = rest.filter((_, i) => i % 2 === 0).join("/");
  const action = verb ? `${type}/${words}/${verb}` : `${type}/${words}/action`;
  return { kind: "action", action, scope: at };
}

/**
 * What is to be asked before an ARM request is answered. Undefined: nothing, as for the list of subscriptions, which shows
 * to each caller its own.
 */
export function questionOf(method: string, path: string): Question | undefined {
  const target = parseTarget(path);
  if (target.kind === "other") return outside(method, path);
  const { path: resource } = target;
  if (target.kind === "resource")
    return {
      kind: "action",
      action: `${named(typeOf(resource))}/${VERBS[method] ?? "action"}`,
      scope: idOf(resource),
    };
  const { last } = target;
  const holder = resource.names.length > 0 ? idOf(resource) : resource.scope;
  if (/^\/providers\//i.test(path) && method === "GET") return undefined; // the tenant's catalogue is everybody's
  if (!keyOf(holder).startsWith("/subscriptions/")) return { kind: "action", action: last, scope: holder };
  const type = resource.names.length > 0 ? typeOf(resource) : resource.namespace;
  const verb = VERBS[method];
  return { kind: "action", action: `${type}/${last}/${verb ?? "action"}`, scope: holder };
}

const BLOBS = "Microsoft.Storage/storageAccounts/blobServices";

/**
 * What is to be asked before a blob request with a token goes on. `account` is the ARM id of the storage account.
 * Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory
 */
export function blobQuestion(method: string, url: string, account: string, pathStyle: boolean): Question {
  const parsed = new URL(url, "https://blobs");
  const [container, ...blob] = splitPath(parsed.pathname)
    .slice(pathStyle ? 1 : 0)
    .map(decodeURIComponent);
  const query = (name: string) => parsed.searchParams.get(name)?.toLowerCase();
  const service = `${account}/blobServices/default`;
  const write = method !== "GET" && method !== "HEAD";
  if (container === undefined) {
    const action =
      query("comp") === "userdelegationkey"
        ? "generateUserDelegationKey/action"
        : query("comp") === "list"
          ? "containers/read"
          : write
            ? "write"
            : "read";
    return { kind: "action", action: `${BLOBS}/${action}`, scope: service };
  }
  const inside = `${service}/containers/${container}`;
  if (
    blob.length === 0 &&
    query("comp") !== "list" &&
    query("comp") !== "blobs" &&
    query("comp") !== "batch"
  ) {
    const verb = method === "DELETE" ? "delete" : write ? "write" : "read";
    return { kind: "action", action: `${BLOBS}/containers/${verb}`, scope: inside };
  }
  const tags = query("comp") === "tags";
  const verb =
    method === "DELETE" && query("comp") === undefined
      ? "delete"
      : write && query("comp") !== "query"
        ? "write"
        : "read";
  return {
    kind: "dataAction",
    action: `${BLOBS}/containers/blobs/${tags ? "tags/" : ""}${verb}`,
    scope: `${inside}/blobs`,
  };
}
