/** What an ARM path names. Walks the path instead of searching it: names may be anything, `providers` too. */

/** A resource by its path; texts as the path has them. */
export interface ResourcePath {
  /** The path up to the last `/providers/`: a subscription, a resource group, a resource, or "" for the tenant. */
  readonly scope: string;
  readonly namespace: string;
  readonly types: readonly string[];
  readonly names: readonly string[];
}

export type Target =
  | { readonly kind: "resource"; readonly path: ResourcePath }
  /** An odd number of segments: a list when it is got, an action when it is posted. `last` is the odd one. */
  | { readonly kind: "collection"; readonly path: ResourcePath; readonly last: string }
  /** No `/providers/…/type` in it: subscriptions, resource groups and the like. */
  | { readonly kind: "other" };

export const RESOURCE_GROUP = "Microsoft.Resources/resourceGroups";

/** Reads a path that was split at its slashes and decoded. */
export function parseTarget(path: string): Target {
  const segments = splitPath(path);
  const is = (index: number, word: string) => segments[index]?.toLowerCase() === word;
  let next = 0;
  if (is(0, "subscriptions") && segments.length >= 2) next = 2;
  if (next === 2 && is(2, "resourcegroups") && segments.length >= 4) next = 4;
  if (next === segments.length && next === 4)
    return {
      kind: "resource",
      path: {
        scope: join(segments.slice(0, 2)),
        namespace: "Microsoft.Resources",
        types: ["resourceGroups"],
        names: [segments[3]!],
      },
    };
  let last: ResourcePath | undefined;
  while (is(next, "providers") && next + 2 < segments.length) {
    const scope = join(segments.slice(0, next));
    const namespace = segments[next + 1]!;
    const types: string[] = [];
    const names: string[] = [];
    next += 2;
    while (next + 1 < segments.length && !(names.length > 0 && is(next, "providers"))) {
      types.push(segments[next]!);
      names.push(segments[next + 1]!);
      next += 2;
    }
    last = { scope, namespace, types, names };
  }
  if (last && next === segments.length) return { kind: "resource", path: last };
  if (last && next === segments.length - 1)
    return { kind: "collection", path: last, last: segments[segments.length - 1]! };
  return { kind: "other" };
}

export const splitPath = (path: string): string[] => path.split("/").filter((segment) => segment !== "");

const join = (segments: readonly string[]) => segments.map((segment) => `/${segment}`).join("");

/** The id that a path names. Resource groups are the one kind without `/providers/`. */
export function idOf({ scope, namespace, types, names }: ResourcePath): string {
  if (isGroup(namespace, types)) return `${scope}/resourceGroups/${names[0]!}`;
  return `${scope}/providers/${namespace}${types.map((type, i) => `/${type}/${names[i]!}`).join("")}`;
}

export const typeOf = ({ namespace, types }: Pick<ResourcePath, "namespace" | "types">): string =>
  [namespace, ...types].join("/");

const isGroup = (namespace: string, types: readonly string[]) =>
  types.length === 1 && `${namespace}/${types[0]!}`.toLowerCase() === RESOURCE_GROUP.toLowerCase();

/** Under which key a resource is stored: ids are compared without regard to case. */
export const keyOf = (id: string): string => id.toLowerCase().replace(/\/+$/, "");

/** Key of what holds the resource: its parent resource, or its scope. */
export function parentKeyOf({ scope, namespace, types, names }: ResourcePath): string {
  if (types.length === 1) return keyOf(scope);
  return keyOf(idOf({ scope, namespace, types: types.slice(0, -1), names: names.slice(0, -1) }));
}

/** `/subscriptions/S/resourceGroups/G` of an id, lower case; undefined for what is in no group. */
export const groupKeyOf = (id: string): string | undefined =>
  /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+/.exec(keyOf(id))?.[0];

/** Whether `key` is `ancestor` or lies under it. */
export const isWithin = (key: string, ancestor: string): boolean =>
  key === ancestor || key.startsWith(`${ancestor}/`);

/** The keys of everything that a resource lies in, itself first, the subscription last. */
export function ancestry(key: string): string[] {
  const found = [key];
  for (let rest = key; rest.includes("/");) {
    rest = rest.slice(0, rest.lastIndexOf("/"));
    if (rest) found.push(rest);
  }
  return found;
}

/** The last name in an id. */
export const nameOf = (id: string): string => id.slice(id.lastIndexOf("/") + 1);
