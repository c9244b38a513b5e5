/** `npm run local job` and `npm run local schedule`, as a person types them, on a stage with a job and a schedule. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startProject } from "../support/project.ts";
import type { Project } from "../support/project.ts";
import { succeeded } from "../support/local-stage.ts";

const MINUTES = 60_000;
const STAGE = `config:
  azure-ml:clusters:
    cpu-cluster: { vmSize: Standard_DS3_v2, maxNodes: 2 }
`;
const NIGHTLY = `$schema: https://azuremlschemas.azureedge.net/latest/schedule.schema.json
name: nightly
trigger: { type: cron, expression: "0 3 * * *" }
create_job: azureml:count
`;

let project: Project;
beforeAll(async () => {
  project = await startProject(STAGE, { jobs: "tests/e2e/fixtures/jobs" });
  await writeFile(join(project.folder, "workloads/jobs/nightly.yml"), NIGHTLY);
  succeeded(await project.engine("up"));
}, 4 * MINUTES);
afterAll(() => project.remove(), MINUTES);

const local = async (...args: string[]) => {
  const ended = await project.stage.local(args);
  succeeded(ended);
  return ended.stdout.trimEnd();
};
const file = (name: string) => join(project.folder, "workloads/jobs", name);

test(
  "a job is submitted by its YAML, streamed, downloaded, listed and canceled",
  async () => {
    const own = (await readFile(file("count.yml"), "utf8"))
      .replace("name: count\n", "")
      .replace("azureml:rows@latest", "rows");
    await writeFile(file("mine.yml"), own);
    const name = await local("job", "submit", file("mine.yml"));
    expect(name).toMatch(/^mine-[0-9a-f]{10}$/);
    const streamed = await local("job", "stream", name);
    expect(streamed).toMatch(/=== user_logs\/std_log\.txt\n[^]*counted 3\n/);
    expect(streamed.split("\n").at(-1)).toBe(`${name}: Completed`);
    expect(await local("job", "download", name)).toMatch(/^\d+ files in /);
    const folder = join(project.stage.paths.dir, "jobs", name);
    expect(await readFile(join(folder, "named-outputs/model/count.txt"), "utf8")).toBe("3");
    expect(await readFile(join(folder, "artifacts/user_logs/std_log.txt"), "utf8")).toContain("counted 3");

    await writeFile(file("slow.yml"), own.replace(/command: .*/, "command: sleep 600"));
    const slow = await local("job", "submit", file("slow.yml"));
    expect(await local("job", "cancel", slow)).toMatch(/it is being canceled/);
    const canceled = await project.stage.local(["job", "stream", slow]);
    expect([canceled.code, canceled.stdout]).toEqual([1, expect.stringContaining(`${slow}: Canceled`)]);
    const listed = await local("job", "list");
    expect(listed).toMatch(new RegExp(`^${slow} +Canceled +Command`, "m"));
    expect(listed).toMatch(new RegExp(`^${name} +Completed +Command`, "m"));
  },
  3 * MINUTES,
);

test(
  "a schedule is listed with its next firing, fired and paused",
  async () => {
    expect(await local("schedule", "list")).toMatch(
      /^nightly {2}next \d{4}-\d\d-\d\d 03:00 UTC {2}CreateJob {2}no job yet$/,
    );
    const job = await local("schedule", "fire", "nightly");
    expect(job).toMatch(/^nightly-\d{8}T\d{6}Z$/);
    expect(await local("job", "stream", job)).toMatch(/counted 3/);
    expect(await local("schedule", "pause", "nightly")).toBe("nightly is paused.");
    expect(await local("schedule", "list")).toBe(`nightly  paused  CreateJob  last ${job} Completed`);
    const wrong = await project.stage.local(["schedule", "fire", "nightli"]);
    expect(wrong.output).toContain('There is no schedule "nightli"; there is nightly.');
  },
  2 * MINUTES,
);
