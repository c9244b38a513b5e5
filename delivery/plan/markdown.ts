/** The report as one comment on a pull request: what matters first, the rest folded, never more than GitHub takes. Pure. */
import { factsOf } from "./importance.ts";
import type { PlanReport } from "./report.ts";

/** GitHub takes 65,536 characters; room is left for what a workflow adds. */
export const LIMIT = 60_000;
const VALUE_LENGTH = 160;
const FIELDS_SHOWN = 25;

type Change = PlanReport["changes"][number];
type Served = NonNullable<PlanReport["deployments"][number]["before"]>;

/** By which a workflow finds its earlier comment. */
const markerOf = (stage: string): string => `<!-- azure-ml plan of ${stage} -->`;

const VERBS: Readonly<Record<Change["kind"], { readonly title: string; readonly noun: string }>> = {
  replace: { title: "Replaced", noun: "to replace" },
  delete: { title: "Deleted", noun: "to delete" },
  update: { title: "Changed", noun: "to change" },
  create: { title: "Created", noun: "to create" },
};
const ORDER = Object.keys(VERBS) as Change["kind"][];

/** Text that acts as nothing but itself, in a table too: no markup, no mention, no end of the cell. */
const inline = (text: string): string =>
  `\`${text.replaceAll("`", "ʼ").replaceAll(/\s+/g, " ").replaceAll("|", "\\|")}\``;

/** Ids from where they differ: subscription, group and provider are the same for a whole stage. */
const shortened = (text: string): string =>
  text
    .replaceAll(/\/subscriptions\/[^/"]+\/resourceGroups\/[^/"]+\/providers\/[^/"]+\//gi, "…/")
    .replaceAll(/azureml:\/\/subscriptions\/[^"]*?\/datastores\//gi, "azureml://…/datastores/");

function valueText(value: unknown): string {
  if (value === undefined) return "not set";
  const text = shortened(typeof value === "string" ? value : JSON.stringify(value));
  const short = text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH)}…` : text;
  return text === "" ? '""' : inline(short);
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

const section = (title: string, body: string): string[] => (body === "" ? [] : [`### ${title}\n\n${body}`]);
const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join("\n");

function summary({ counts }: PlanReport): string {
  const parts = ORDER.filter((kind) => counts[kind] > 0).map(
    (kind) => `**${String(counts[kind])}** ${VERBS[kind].noun}`,
  );
  return parts.length === 0
    ? `**Nothing changes**; ${String(counts.same)} resources stay as they are.`
    : `${parts.join(", ")}; ${String(counts.same)} stay as they are.`;
}

const failures = ({ failures: said }: PlanReport): string[] =>
  said.length === 0
    ? []
    : [
        [
          "> [!WARNING]",
          "> **`pulumi up` would fail.** Below is what it would do until then.",
          ">",
          ...said.map((line) => `> - ${inline(line)}`),
        ].join("\n"),
      ];

function losses({ losses: lost }: PlanReport): string[] {
  if (lost.length === 0) return [];
  const lines = lost.map(({ resource, kind, loss, because, protected: kept }) => {
    const why =
      because.length > 0 ? ` (because ${because.map(inline).join(", ")} cannot be changed in place)` : "";
    return `> - ${resource} is **${kind === "delete" ? "deleted" : "replaced"}**${why}: ${loss}.${kept ? " It is protected: `pulumi up` refuses until that is lifted." : ""}`;
  });
  return [["> [!CAUTION]", "> **This takes away what others stand on.**", ">", ...lines].join("\n")];
}

const traffic = ({ traffic: moves }: PlanReport): string =>
  list(
    moves.map(({ endpoint, before, after, steps }) => {
      const by = steps
        ? `, by steps ${steps.map((percent) => `${String(percent)} %`).join(" → ")}, rolled back by itself if a gate fails`
        : "";
      return `${inline(endpoint)}: ${before} → **${after}**${by}`;
    }),
  );

const PARTS = ["model", "environment", "code", "instances"] as const satisfies (keyof Served)[];
const ofPart = (
  before: Served | undefined,
  after: Served | undefined,
  part: (typeof PARTS)[number],
): string => {
  const [old, now] = [before?.[part], after?.[part]];
  if (old === now) return now === undefined ? "" : inline(now);
  return [old, now].map((text) => (text === undefined ? "none" : inline(text))).join(" → ");
};
const deployments = ({ deployments: all }: PlanReport): string =>
  all.length === 0
    ? ""
    : table(
        ["deployment", "", ...PARTS],
        all.map(({ name, kind, before, after }) => [
          inline(name),
          VERBS[kind].title.toLowerCase(),
          ...PARTS.map((part) =>
            before && after ? ofPart(before, after, part) : ofPart(before ?? after, before ?? after, part),
          ),
        ]),
      );

const roles = ({ roles: { gained, lost } }: PlanReport): string => {
  const line =
    (verb: string) =>
    ({ who, role, where, why }: PlanReport["roles"]["gained"][number]) =>
      `${who} **${verb}** ${role} on ${where}${why ? ` (${why})` : ""}`;
  return list([...gained.map(line("gains")), ...lost.map(line("loses"))]);
};

const exposure = ({ exposure: { opened, closed } }: PlanReport): string =>
  list([
    ...opened.map((words) => `🔓 **opened**: ${words}`),
    ...closed.map((words) => `🔒 closed: ${words}`),
  ]);

const policy = ({ policy: { found, resolved } }: PlanReport): string =>
  list([
    ...found.map(({ rule, resource, message }) => `❌ ${inline(rule)} ${resource}: ${message}`),
    ...resolved.map(({ rule, resource }) => `✅ ${inline(rule)} ${resource}: resolved`),
  ]);

type Machines = NonNullable<PlanReport["cost"]["compute"][number]["before"]>;
const machines = (of: Machines | undefined): string =>
  of === undefined
    ? "none"
    : `${of.min === of.max ? String(of.max) : `${String(of.min)} to ${String(of.max)}`} × ${of.size}`;
const money = ([least, most]: readonly [number, number], currency: string): string => {
  const whole = (amount: number) => Math.round(amount).toLocaleString("en");
  return `${least === most ? whole(most) : `${whole(least)} to ${whole(most)}`} ${currency}`;
};
function cost({ cost: { compute, asOf, currency = "" } }: PlanReport): string {
  if (compute.length === 0) return "";
  const rows = compute.map(({ what, before, after, monthly }) => [
    what,
    `${machines(before)} → ${machines(after)}`,
    monthly ? `${money(monthly.before, currency)} → ${money(monthly.after, currency)}` : "no price given",
  ]);
  const note = asOf
    ? `Machines alone, 730 hours a month, at the prices of ${asOf} in the stage's file.`
    : "No prices: give the stage a table `azure-ml:prices`.";
  return `${table(["compute", "machines", "a month"], rows)}\n\n${note}`;
}

function changeText({ type, name, kind, fields, because }: Change): string {
  const title = `**${factsOf(type).words}** ${inline(name)}`;
  const why =
    because.length > 0 ? `, because ${because.map(inline).join(", ")} cannot be changed in place` : "";
  if (fields.length === 0) return `- ${title}${why}`;
  const rows = fields
    .slice(0, FIELDS_SHOWN)
    .map(({ path, before, after }) => [inline(path), valueText(before), valueText(after)]);
  const left = fields.length > FIELDS_SHOWN ? `\n\n${String(fields.length - FIELDS_SHOWN)} more fields.` : "";
  return `${kind === "replace" || kind === "update" ? "" : "- "}${title}${why}\n\n${table(["field", "before", "after"], rows)}${left}\n`;
}

const folded = (title: string, body: string): string =>
  `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;

/** The folds, as many changes in each as the room allows; what had to be left out is counted. */
function details({ changes }: PlanReport, room: number): string[] {
  let left = room;
  return ORDER.flatMap((kind) => {
    const all = changes.filter((change) => change.kind === kind);
    if (all.length === 0) return [];
    const texts: string[] = [];
    for (const change of all) {
      const text = changeText(change);
      if (text.length + 1 > left) break;
      left -= text.length + 1;
      texts.push(text);
    }
    const missing = all.length - texts.length;
    const rest = missing > 0 ? `\n\n${String(missing)} more: see \`--format json\`.` : "";
    return [folded(`${VERBS[kind].title} (${String(all.length)})`, texts.join("\n") + rest)];
  });
}

export function markdownOf(report: PlanReport): string {
  const { stage, base, head } = report;
  const top = [
    `${markerOf(stage)}\n## Plan of stage \`${stage}\``,
    ...losses(report),
    ...failures(report),
    summary(report),
    ...section("Traffic", traffic(report)),
    ...section("Deployments", deployments(report)),
    ...section("Roles", roles(report)),
    ...section("Exposure", exposure(report)),
    ...section("Policies", policy(report)),
    ...section("Compute", cost(report)),
  ].join("\n\n");
  const end = `<sub>${base ? `${base} → ${head}` : `${head}, compared with an empty stage`}. Rehearsed on this project's own local Azure, without credentials: names that Azure draws and what people changed by hand are not in it.</sub>`;
  const head60 =
    top.length > LIMIT / 2
      ? `${top.slice(0, LIMIT / 2)}\n\n… more than fits here: see \`--format json\`.`
      : top;
  const room = LIMIT - head60.length - end.length - 1_000;
  return `${[head60, ...details(report, room), end].join("\n\n")}\n`;
}
