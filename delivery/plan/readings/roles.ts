/** Who may do what after the change that they could not before, and the other way round. Pure. */
import type { ResourceState } from "@azure-ml-as-code/local/engine/resource.ts";
import { roleIds } from "../../../components/access/roles.ts";
import type { Change, Resources } from "../changes.ts";
import { sourcesOf, spoken, textAt } from "./references.ts";

export interface RoleWords {
  readonly who: string;
  readonly role: string;
  readonly where: string;
  /** As the assignment describes itself. */
  readonly why?: string | undefined;
}

const TYPE = "azure-native:authorization:RoleAssignment";
const NAMES = new Map<string, string>(Object.entries(roleIds).map(([name, id]) => [id, name]));

function wordsFor(state: ResourceState, all: Resources): RoleWords {
  const named = (property: string) => {
    const [source] = sourcesOf(state, property, all);
    return source && spoken(source);
  };
  const id = textAt(state.inputs, "roleDefinitionId")?.split("/").at(-1) ?? "";
  const kind = textAt(state.inputs, "principalType") === "Group" ? "group" : "principal";
  return {
    who:
      named("principalId") ?? `${kind} ${textAt(state.inputs, "principalId") ?? "(known after deployment)"}`,
    role: NAMES.get(id) ?? `role ${id}`,
    where: named("scope") ?? textAt(state.inputs, "scope") ?? "(known after deployment)",
    why: textAt(state.inputs, "description"),
  };
}

const key = ({ who, role, where }: RoleWords) => [who, role, where].join("|");

/** An assignment that is only made anew, with the same meaning, is in neither list. */
export function roleChanges(
  before: Resources,
  after: Resources,
  changes: readonly Change[],
): { readonly gained: RoleWords[]; readonly lost: RoleWords[] } {
  const touched = changes.filter(({ type }) => type === TYPE);
  const side = (all: Resources, kinds: readonly string[]) =>
    touched.flatMap(({ urn, kind }) => {
      const state = kinds.includes(kind) ? all.get(urn) : undefined;
      return state ? [wordsFor(state, all)] : [];
    });
  const lost = side(before, ["delete", "replace", "update"]);
  const gained = side(after, ["create", "replace", "update"]);
  const [had, has] = [lost, gained].map((words) => new Set(words.map(key))) as [Set<string>, Set<string>];
  return {
    gained: gained.filter((words) => !had.has(key(words))),
    lost: lost.filter((words) => !has.has(key(words))),
  };
}
