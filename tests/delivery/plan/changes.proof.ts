/**
 * Changes of stage `prod`, one after the other on one rehearsed Azure: the comment that each gives is the recorded one and
 * says what a reviewer has to know. A second Azure is brought from base to head by `up` alone: it does just what the plan
 * lists, resource by resource. `UPDATE_GOLDENS=1` records anew.
 */
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Deployment } from "@azure-ml-as-code/local/engine/state.ts";
import { LIMIT, markdownOf } from "../../../delivery/plan/markdown.ts";
import { makeChange, startRehearsal } from "../../../delivery/plan/rehearsal.ts";
import type { Rehearsal, Rehearsed } from "../../../delivery/plan/rehearsal.ts";
import { reportOf } from "../../../delivery/plan/report.ts";
import type { PlanReport } from "../../../delivery/plan/report.ts";
import { copyOfProject } from "../../support/project-copy.ts";

const STAGE = "prod";
const MINUTES = 60_000;

let folder: string;
let rehearsal: Rehearsal;
let state: Deployment;
/** The other Azure, on which nothing was planned. */
let deployed: Rehearsal;
let live: Deployment;

/** Runs by itself every night: what a change of a schedule is tried on. */
const NIGHTLY = {
  "nightly.yml": `name: nightly
trigger: { type: recurrence, frequency: day, interval: 1, schedule: { hours: 2, minutes: 0 } }
create_job: nightly-job.yml
`,
  "nightly-job.yml": `type: pipeline
settings: { default_compute: azureml:cpu-cluster }
jobs:
  report: { type: command, command: python -V, environment: azureml:sklearn@latest }
`,
};

beforeAll(async () => {
  folder = await copyOfProject(await mkdtemp(join(tmpdir(), "plan-")));
  for (const [name, text] of Object.entries(NIGHTLY))
    await writeFile(join(folder, "workloads/environment", name), text);
  // A registry in one zone: one in several could not be opened without being made anew.
  await stage((text) =>
    text.replace("config:\n", "config:\n  azure-ml:registry: { zoneRedundant: false }\n"),
  );
  rehearsal = await startRehearsal({ recorded: false });
  deployed = await startRehearsal({ recorded: false });
  const bases = await Promise.all([rehearsal, deployed].map((one) => one.perform("up", folder, STAGE)));
  expect(bases.map(({ failures }) => failures)).toEqual([[], []]);
  [state, live] = bases.map(({ deployment }) => deployment) as [Deployment, Deployment];
}, 12 * MINUTES);

afterAll(async () => {
  await deployed.close();
  await rehearsal.close();
  await rm(folder, { recursive: true, force: true });
}, MINUTES);

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, file);
  const before = await readFile(path, "utf8");
  const after = change(before);
  expect(after).not.toBe(before);
  await writeFile(path, after);
}
const stage = (change: (text: string) => string) => edit(`Pulumi.${STAGE}.yaml`, change);
const removed = (file: string) => rm(join(folder, file), { recursive: true });

/** Azure does not move a workspace: the last change, since it goes half way. */
const REFUSED = "workspace setting that replaces";

interface Case {
  readonly name: string;
  readonly edit: () => Promise<unknown>;
  /** What a reviewer must be told. */
  readonly told: (report: PlanReport, comment: string) => void;
}

const cases: readonly Case[] = [
  {
    name: "no change",
    edit: () => Promise.resolve(),
    told: ({ counts }, comment) => {
      expect(counts).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
      expect(comment).toContain("Nothing changes");
    },
  },
  {
    name: "new model version",
    edit: () => appendFile(join(folder, "workloads/breast-cancer/model/MLmodel"), "# retrained\n"),
    told: ({ deployments }) => {
      const blue = deployments.find(({ name }) => name === "breast-cancer-blue");
      expect(blue?.before?.model).toMatch(/^breast-cancer:[0-9a-f]{12}$/);
      expect(blue?.after?.model).toMatch(/^breast-cancer:[0-9a-f]{12}$/);
      expect(blue?.after?.model).not.toBe(blue?.before?.model);
    },
  },
  {
    name: "traffic change",
    edit: async () => {
      const blue = await readFile(join(folder, "workloads/diabetes/blue.yml"), "utf8");
      await writeFile(
        join(folder, "workloads/diabetes/green.yml"),
        blue.replace("name: blue", "name: green"),
      );
      await edit("workloads/diabetes/endpoint.yml", (text) =>
        text.replace("blue: 100", "blue: 90\n  green: 10"),
      );
    },
    told: ({ traffic }) => {
      expect(traffic).toEqual([{ endpoint: "diabetes", before: "blue 100", after: "blue 90, green 10" }]);
    },
  },
  {
    name: "instance type",
    edit: () =>
      edit("workloads/diabetes/green.yml", (text) => text.replace("Standard_DS2_v2", "Standard_DS3_v2")),
    told: ({ deployments }) => {
      expect(deployments.map(({ before, after }) => [before?.instances, after?.instances])).toEqual([
        ["1 × Standard_DS2_v2", "1 × Standard_DS3_v2"],
      ]);
    },
  },
  {
    name: "role added",
    edit: () =>
      stage((text) => text.replace("mlEngineers: create", "dataScientists: create\n    mlEngineers: create")),
    told: ({ roles }) => {
      expect(roles.lost).toEqual([]);
      expect(roles.gained).toContainEqual(
        expect.objectContaining({
          who: "group `people-dataScientists`",
          role: "AzureML Data Scientist",
          where: "workspace `workspace`",
        }),
      );
    },
  },
  {
    name: "public access opened",
    edit: () =>
      stage((text) =>
        text.replace(
          "config:\n",
          "config:\n  azure-ml:openings: [publicNetworkAccess]\n  azure-ml:workspace: {allow: [relax]}\n",
        ),
      ),
    told: ({ exposure, policy }) => {
      expect(exposure.closed).toEqual([]);
      expect(exposure.opened).toEqual(
        expect.arrayContaining([
          "key vault `vault` answers callers on the Internet",
          "workspace `workspace` answers callers on the Internet",
        ]),
      );
      expect(policy.found.map(({ rule }) => rule)).toContain("public-network-access-disabled");
    },
  },
  {
    name: "endpoint removed",
    edit: () =>
      Promise.all(
        ["endpoint.yml", "blue.yml", "green.yml", "endpoint.sample.json"].map((file) =>
          removed(`workloads/diabetes/${file}`),
        ),
      ),
    told: ({ losses, traffic }) => {
      expect(losses).toEqual([
        expect.objectContaining({ resource: "online endpoint `diabetes`", kind: "delete", protected: true }),
      ]);
      expect(traffic).toEqual([{ endpoint: "diabetes", before: "blue 90, green 10", after: "none" }]);
    },
  },
  {
    name: "schedule changed",
    edit: () => edit("workloads/environment/nightly.yml", (text) => text.replace("hours: 2", "hours: 4")),
    told: ({ changes, counts }) => {
      expect(counts).toMatchObject({ create: 0, replace: 0, delete: 0 });
      expect(changes.map(({ name, fields }) => [name, fields])).toEqual([
        ["schedule-nightly", [{ path: expect.stringMatching(/\.hours\b/), before: 2, after: 4 }]],
      ]);
    },
  },
  {
    name: "tag on everything",
    edit: () =>
      stage((text) => text.replace("criticality: high", 'criticality: high\n    cost-centre: "4711"')),
    told: ({ counts, changes }) => {
      expect(counts).toMatchObject({ create: 0, replace: 0, delete: 0 });
      for (const { fields } of changes) expect(fields.map(({ path }) => path)).toEqual(["tags.cost-centre"]);
    },
  },
  {
    name: "larger cluster",
    edit: () =>
      stage((text) =>
        text
          .replace("maxNodes: 8", "maxNodes: 20")
          .replace(
            "config:\n",
            'config:\n  azure-ml:prices: {asOf: "2026-11-01", currency: EUR, perHour: {Standard_DS3_v2: 0.25}}\n',
          ),
      ),
    told: ({ cost }) => {
      expect(cost.compute).toEqual([
        {
          what: "compute `cpu-cluster`",
          before: { size: "Standard_DS3_v2", min: 0, max: 8 },
          after: { size: "Standard_DS3_v2", min: 0, max: 20 },
          monthly: { before: [0, 1460], after: [0, 3650] },
        },
      ]);
    },
  },
  {
    name: REFUSED,
    edit: () => stage((text) => text.replace("location: westeurope", "location: northeurope")),
    told: ({ losses }, comment) => {
      expect(losses).toContainEqual(
        expect.objectContaining({ resource: "workspace `workspace`", kind: "replace", protected: true }),
      );
      expect(comment).toContain("`pulumi up` would fail");
      expect(comment.indexOf("[!CAUTION]")).toBeLessThan(comment.indexOf("### "));
    },
  },
];

/** What changes nothing. */
const READING = ["same", "read", "refresh"];
/** Of this project, of the SDK's own: nothing of Azure's. */
const ASIDE = /^(azureml:(?!index:)|pulumi:)/;

/** What an `up` did to resources of Azure, as its events tell. */
function done({ events }: Rehearsed): string[] {
  const ops = new Map<string, Set<string>>();
  for (const event of events)
    if (event.kind === "resource-done" && !READING.includes(event.op) && !ASIDE.test(event.type))
      ops.set(event.urn, new Set(ops.get(event.urn)).add(event.op));
  return [...ops]
    .map(([urn, of]) => `${[...of].some((op) => op.includes("replace")) ? "replace" : [...of].join()} ${urn}`)
    .sort();
}

test.each(cases)(
  "$name",
  async ({ name, edit: make, told }) => {
    await make();
    const prices =
      name === "larger cluster"
        ? { asOf: "2026-11-01", currency: "EUR", perHour: { Standard_DS3_v2: 0.25 } }
        : undefined;
    const [planned, up] = await Promise.all([
      makeChange(rehearsal, folder, STAGE, state),
      deployed.perform("up", folder, STAGE, live),
    ]);
    const before = state;
    [state, live] = [planned.deployment, up.deployment];
    const { words } = rehearsal;
    const revisions = { stage: STAGE, base: "base", head: "head" };
    const report = await reportOf({ ...revisions, before, planned, prices, words });
    const comment = markdownOf(report);
    expect(comment.length).toBeLessThan(LIMIT);
    expect(comment).not.toContain("localhost"); // its ports are others at every run
    if (name !== REFUSED) expect(report.failures).toEqual([]);
    told(report, comment);

    const golden = join(import.meta.dirname, "goldens", `${name.replaceAll(" ", "-")}.md`);
    if (process.env["UPDATE_GOLDENS"]) await writeFile(golden, comment);
    expect(comment).toBe(await readFile(golden, "utf8"));

    // An `up` of its own, from base to head, does what was planned: no more, no less.
    if (name === REFUSED) expect(up.failures).not.toEqual([]);
    else expect(done(up)).toEqual(report.changes.map(({ kind, urn }) => `${kind} ${urn}`).sort());
  },
  8 * MINUTES,
);
