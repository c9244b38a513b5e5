/**
 * `RoleReadiness`: is there when Azure tells of every assignment what it grants. Its id is made of the assignments'.
 * An assignment that was written is not one that works: until it has reached the services that decide, what needs it fails.
 */
import { createHash } from "node:crypto";
import { isObject, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { sameId } from "./inputs.ts";
import type { Resource, Run } from "./resource.ts";

const API_VERSION = "2022-04-01";
const ASSIGNMENT = /^(.*)\/providers\/Microsoft\.Authorization\/roleAssignments\/[^/]+$/i;

interface Assignment {
  readonly id: string;
  readonly principalId: string;
}

const isAssignment = (value: Value | undefined): value is PropertyMap & Assignment =>
  isObject(value) && typeof value["id"] === "string" && typeof value["principalId"] === "string";

const assignmentsOf = ({ assignments }: PropertyMap): Assignment[] =>
  Array.isArray(assignments) ? assignments.filter(isAssignment) : [];

const idOf = (assignments: readonly Assignment[]): string =>
  `roles-${createHash("sha256")
    .update(
      assignments
        .map(({ id }) => id.toLowerCase())
        .sort()
        .join("\n"),
    )
    .digest("hex")
    .slice(0, 16)}`;

/** Ids of what the principal has at the scope and above, itself or by a group, as far as Azure counts it by now. */
async function granted(scope: string, principalId: string, { azure, signal }: Run): Promise<string[]> {
  const { body } = await azure.send(
    {
      method: "GET",
      id: `${scope}/providers/Microsoft.Authorization/roleAssignments`,
      query: { "api-version": API_VERSION, $filter: `assignedTo('${principalId}')` },
    },
    signal,
  );
  const value = isObject(body) ? body["value"] : undefined;
  return (Array.isArray(value) ? value : []).flatMap((entry) =>
    isObject(entry) && typeof entry["id"] === "string" ? [entry["id"]] : [],
  );
}

/** Those that do not count yet; one question for all of one principal at one scope. */
async function missing(assignments: readonly Assignment[], run: Run): Promise<Assignment[]> {
  const groups = new Map<string, Assignment[]>();
  for (const assignment of assignments) {
    const scope = ASSIGNMENT.exec(assignment.id)?.[1] ?? "";
    const key = `${scope}\n${assignment.principalId}`.toLowerCase();
    groups.set(key, [...(groups.get(key) ?? []), assignment]);
  }
  const found = [...groups.values()].map(async (group) => {
    const { id, principalId } = group[0]!;
    const there = await granted(ASSIGNMENT.exec(id)?.[1] ?? "", principalId, run);
    return group.filter((assignment) => !there.some((other) => sameId(other, assignment.id)));
  });
  return (await Promise.all(found)).flat();
}

async function wait(news: PropertyMap, run: Run): Promise<void> {
  const giveUp = Date.now() + run.pace.roleFor;
  for (let left = await missing(assignmentsOf(news), run); left.length > 0; left = await missing(left, run)) {
    if (Date.now() > giveUp)
      throw new Error(
        `Azure does not count these role assignments after ${Math.round(run.pace.roleFor / 60_000)} minutes: ${left.map(({ id }) => id).join(", ")}. Check that their principals exist, then run again`,
      );
    run.progress(`waiting for ${left.length} role assignment${left.length === 1 ? "" : "s"} to work`);
    await run.sleep(run.pace.role);
  }
}

export const roleReadiness: Resource = {
  minutes: 30,

  check: ({ news }) => {
    const { assignments } = news;
    const wrong = (entry: Value) =>
      entry !== UNKNOWN &&
      !(
        isObject(entry) &&
        [entry["id"], entry["principalId"]].every((part) => typeof part === "string") &&
        (entry["id"] === UNKNOWN || ASSIGNMENT.test(entry["id"] as string))
      );
    const bad = assignments !== UNKNOWN && (!Array.isArray(assignments) || assignments.some(wrong));
    return Promise.resolve({
      inputs: news,
      failures: bad
        ? [{ property: "assignments", reason: "must be a list of {id, principalId} of role assignments" }]
        : [],
    });
  },

  diff: ({ news, oldInputs }) => {
    const [is, was] = [news, oldInputs].map((side) => idOf(assignmentsOf(side)));
    const changes = is !== was || JSON.stringify(news).includes(UNKNOWN);
    return { changes, diffs: changes ? ["assignments"] : [], replaces: [] };
  },

  async create({ properties, preview }, run) {
    if (preview) return { id: "", properties };
    await wait(properties, run);
    return { id: idOf(assignmentsOf(properties)), properties };
  },

  async update({ news, preview }, run) {
    if (!preview) await wait(news, run);
    return { properties: news };
  },

  /** What worked once works: an assignment that was taken away is its own resource's to find. */
  read: ({ id, inputs, properties }) => Promise.resolve({ id, inputs, properties }),

  delete: () => Promise.resolve(),
};
