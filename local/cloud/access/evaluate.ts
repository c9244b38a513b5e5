/**
 * Whether a role allows an action at a scope: the rules of Azure RBAC. Pure.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/role-definitions
 */

/** Of the control plane, or of the data inside a resource. A wildcard of one never reaches the other. */
export type ActionKind = "action" | "dataAction";

/** One entry of a role definition's `permissions`. */
export interface Permission {
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  readonly dataActions?: readonly string[];
  readonly notDataActions?: readonly string[];
  /** Of a built-in role that delegates; see `condition.ts`. */
  readonly condition?: string;
}

const patterns = new Map<string, RegExp>();
const KEPT = 10_000;

// Without regard to case; `*` is any text, slashes included. Between two slashes it may be nothing, slash and all: roles rely
// on `workspaces/*/read` for reading the workspace itself, and on `userAssignedIdentities/*/assign/action` to assign one.
/** Whether a pattern of a role definition covers an action. */
export function covers(pattern: string, action: string): boolean {
  let known = patterns.get(pattern);
  if (!known) {
    const literal = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
    const source = pattern
      .split("/*/")
      .map((part) => part.split("*").map(literal).join(".*"))
      .join("/(?:.*/)?");
    known = new RegExp(`^${source}$`, "i");
    if (patterns.size >= KEPT) patterns.clear();
    patterns.set(pattern, known);
  }
  return known.test(action);
}

const LISTS = {
  action: ["actions", "notActions"],
  dataAction: ["dataActions", "notDataActions"],
} as const satisfies Record<ActionKind, readonly [keyof Permission, keyof Permission]>;

/** Whether this entry allows it: covered by what it gives, and not by what it takes back from that. */
export function permits(permission: Permission, kind: ActionKind, action: string): boolean {
  const [given, taken] = LISTS[kind];
  const any = (list: readonly string[] = []) => list.some((pattern) => covers(pattern, action));
  return any(permission[given]) && !any(permission[taken]);
}

/** Whether what holds at `scope` holds at `id`: at the scope itself and at all that lies in it. `""` and `/` are everything. */
export function reaches(scope: string, id: string): boolean {
  const [outer, inner] = [scope, id].map((text) => text.toLowerCase().replace(/\/+$/, "")) as [
    string,
    string,
  ];
  return outer === "" || inner === outer || inner.startsWith(`${outer}/`);
}

/** What a principal was given somewhere. */
export interface Grant {
  readonly scope: string;
  readonly permissions: readonly Permission[];
  /** Of the assignment. */
  readonly condition?: string | undefined;
}

export interface Question {
  readonly kind: ActionKind;
  readonly action: string;
  /** ARM id of what it is done to. */
  readonly scope: string;
}

/**
 * Whether any of the grants allows it. Grants add up: what one takes back, another may give.
 * `holds` says whether a condition lets this through; without one every condition does not.
 */
export const allows = (
  grants: readonly Grant[],
  { kind, action, scope }: Question,
  holds: (condition: string) => boolean = () => false,
): boolean =>
  grants.some(
    (grant) =>
      reaches(grant.scope, scope) &&
      grant.permissions.some(
        (permission) =>
          permits(permission, kind, action) &&
          [permission.condition, grant.condition].every((condition) => !condition || holds(condition)),
      ),
  );
