/** All that a reviewer is told of a change, as data: what `--format json` prints, and what the comment is made from. */
import { z } from "zod";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import { roleIds } from "../../components/access/roles.ts";
import { changesBetween, resourcesOf } from "./changes.ts";
import type { Resources } from "./changes.ts";
import { factsOf } from "./importance.ts";
import { costChanges } from "./readings/cost.ts";
import type { Prices } from "./readings/cost.ts";
import { deploymentChanges } from "./readings/deployments.ts";
import { exposureChanges } from "./readings/exposure.ts";
import { policyChanges } from "./readings/policies.ts";
import { roleChanges } from "./readings/roles.ts";
import { trafficMoves } from "./readings/traffic.ts";
import type { Rehearsed } from "./rehearsal.ts";

const kind = z.enum(["create", "update", "replace", "delete"]);
const served = z
  .object({
    model: z.string().optional().describe("`name:version`"),
    environment: z.string().optional().describe("`name:version`"),
    code: z.string().optional().describe("`name:version`"),
    instances: z.string().optional().describe("`2 × Standard_DS3_v2`"),
  })
  .describe("What a deployment serves");
const machines = z.object({ size: z.string(), min: z.number(), max: z.number() });
const role = z.object({ who: z.string(), role: z.string(), where: z.string(), why: z.string().optional() });
const finding = z.object({ rule: z.string(), resource: z.string(), message: z.string() });
const range = z.tuple([z.number(), z.number()]).describe("At least and at most, a month of 730 hours");

/** The form of `npm run -s plan -- --format json`. */
export const planReport = z.object({
  schema: z.literal(1).describe("Raised when a field changes its meaning or goes"),
  stage: z.string(),
  base: z.string().optional().describe("Commit compared with, or the state file; absent: an empty stage"),
  head: z.string().describe("Commit planned, or `working tree`"),
  counts: z.object({
    create: z.number(),
    update: z.number(),
    replace: z.number(),
    delete: z.number(),
    same: z.number(),
  }),
  failures: z.array(z.string()).describe("Why an `up` would fail; the changes are those up to there"),
  losses: z
    .array(
      z.object({
        resource: z.string(),
        kind: z.enum(["replace", "delete"]),
        loss: z.string(),
        because: z.array(z.string()),
        protected: z.boolean().describe("`pulumi up` refuses until the protection is lifted"),
      }),
    )
    .describe("What is taken away that more than itself hangs on"),
  traffic: z.array(
    z.object({
      endpoint: z.string(),
      before: z.string().describe("`blue 90, green 10`"),
      after: z.string(),
      steps: z.array(z.number()).optional().describe("Of a managed release: percentages of the candidate"),
    }),
  ),
  deployments: z.array(
    z.object({ name: z.string(), kind, before: served.optional(), after: served.optional() }),
  ),
  roles: z.object({ gained: z.array(role), lost: z.array(role) }),
  exposure: z.object({ opened: z.array(z.string()), closed: z.array(z.string()) }),
  policy: z.object({ found: z.array(finding), resolved: z.array(finding) }),
  cost: z.object({
    asOf: z.string().optional().describe("Day of the stage's price table; absent without one"),
    currency: z.string().optional(),
    compute: z.array(
      z.object({
        what: z.string(),
        before: machines.optional(),
        after: machines.optional(),
        monthly: z
          .object({ before: range, after: range })
          .optional()
          .describe("Absent where a size has no price"),
      }),
    ),
  }),
  changes: z.array(
    z.object({
      kind,
      urn: z.string(),
      type: z.string(),
      name: z.string(),
      fields: z.array(
        z.object({
          path: z.string(),
          before: z.unknown().optional().describe("Absent: it was not set"),
          after: z.unknown().optional().describe("Absent: it is taken away"),
        }),
      ),
      because: z.array(z.string()).describe("Of a replacement: properties that force it"),
    }),
  ),
});
export type PlanReport = z.infer<typeof planReport>;

export interface Compared {
  readonly stage: string;
  readonly base?: string | undefined;
  readonly head: string;
  /** The stage as it is at the base. */
  readonly before: Rehearsed["deployment"];
  /** What the engine would make of it. */
  readonly planned: Rehearsed;
  readonly prices?: Prices | undefined;
  /** What stands for addresses and ids of the rehearsal's own Azure. */
  readonly words?: ReadonlyMap<string, string>;
}

/** What was drawn by lot in the rehearsal, by words that stand for it: reports of the same change are the same. */
function lots(words: ReadonlyMap<string, string>, ...sides: readonly Resources[]): Map<string, string> {
  const found = new Map(words);
  for (const state of sides.flatMap((side) => [...side.values()])) {
    if (!state.type.startsWith("random:")) continue;
    const { result, hex, id } = isObject(state.outputs) ? state.outputs : {};
    for (const value of [result, hex, id])
      if (typeof value === "string" && value.length >= 4) found.set(value, "‹random›");
  }
  return found;
}

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const KNOWN: ReadonlySet<string> = new Set(Object.values(roleIds));

/** Ids of a rehearsal's principals and assignments follow from names drawn by lot; those of roles are Azure's own. */
const withoutIds = (text: string): string => text.replaceAll(GUID, (id) => (KNOWN.has(id) ? id : "‹id›"));

export async function reportOf({
  stage,
  base,
  head,
  before,
  planned,
  prices,
  words = new Map(),
}: Compared): Promise<PlanReport> {
  const [was, is] = [resourcesOf(before.resources), resourcesOf(planned.deployment.resources)];
  const changes = changesBetween(was, is, planned.events);
  const count = (of: string) => changes.filter((change) => change.kind === of).length;
  const gone = new Set(changes.flatMap((change) => (change.kind === "delete" ? [change.urn] : [])));
  const after: Resources = new Map([...is].filter(([urn]) => !gone.has(urn)));
  const touched = new Set(changes.map(({ urn }) => urn));
  const report: PlanReport = {
    schema: 1,
    stage,
    ...(base !== undefined && { base }),
    head,
    counts: {
      create: count("create"),
      update: count("update"),
      replace: count("replace"),
      delete: count("delete"),
      same: [...after.keys()].filter((urn) => !touched.has(urn)).length,
    },
    failures: [...planned.failures],
    losses: changes.flatMap(({ kind: done, urn, type, name, because }) => {
      const { loss, words } = factsOf(type);
      if (loss === undefined || (done !== "delete" && done !== "replace")) return [];
      return [
        {
          resource: `${words} \`${name}\``,
          kind: done,
          loss,
          because: [...because],
          protected: was.get(urn)?.protect ?? false,
        },
      ];
    }),
    traffic: trafficMoves(was, after, changes) as PlanReport["traffic"],
    deployments: deploymentChanges(was, after, changes),
    roles: roleChanges(was, after, changes),
    exposure: exposureChanges(was, after),
    policy: await policyChanges(was, after),
    cost: {
      ...(prices && { asOf: prices.asOf, currency: prices.currency }),
      compute: costChanges(was, after, prices) as PlanReport["cost"]["compute"],
    },
    changes: changes as PlanReport["changes"],
  };
  let text = JSON.stringify(report);
  for (const [drawn, said] of lots(words, was, is)) text = text.replaceAll(drawn, said);
  return planReport.parse(JSON.parse(words.size > 0 ? withoutIds(text) : text));
}
