/** A job in a stage, on a local Azure of its own: it runs when its content changes, and at no other time. */
import { appendFile, readFile, writeFile } from "node:fs/promises";
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

let project: Project;
beforeAll(async () => {
  project = await startProject(STAGE, { jobs: "tests/e2e/fixtures/jobs" });
}, MINUTES);
afterAll(() => project.remove(), MINUTES);

const submitted = async () =>
  (await project.stage.requests()).flatMap(({ method, url }) => {
    const [, name] = /\/jobs\/([^/?]+)\?/.exec(url) ?? [];
    return method === "PUT" && name !== undefined ? [name] : [];
  });
const up = async () => {
  const ended = await project.engine("up");
  succeeded(ended);
  return ended.output;
};
const file = (name: string) => join(project.folder, "workloads/jobs", name);
const edit = async (name: string, from: string, to: string) => {
  const text = await readFile(file(name), "utf8");
  expect(text).toContain(from);
  await writeFile(file(name), text.replaceAll(from, to));
};

test(
  "a job of a stage runs when its content changes, and at no other time",
  async () => {
    const first = await up();
    const [run] = await submitted();
    expect(first).toMatch(
      /jobs: .*"models":{"model":{"id":.*"name":"counted","version":"1"}},"run":"count-\w+","status":"Completed"/,
    );

    // Nothing changed, and then what only shows the job.
    expect(await up()).toMatch(/done in .*: \d+ same$/m);
    await edit("count.yml", "Count the rows", "Count all rows");
    await up();
    expect(await submitted()).toEqual([run]);

    // Another name is the same job: what ran is taken over.
    await edit("count.yml", "name: count\n", "name: count-rows\n");
    expect(await up()).toContain(`"run":"${run!}"`);
    expect(await submitted()).toEqual([run]);

    // Other data, which a preview says.
    await appendFile(file("rows/a.csv"), "4\n");
    const preview = await project.engine("preview");
    expect(preview.output).toMatch(/will run: inputs\.rows\.uri changed/);
    expect(await submitted()).toEqual([run]);
    expect(await up()).toMatch(/"name":"counted","version":"2"/);
    expect(await submitted()).toHaveLength(2);

    // One that fails fails the up, and says why; mended, it runs again.
    await edit("src/count.py", 'print("counted", count)', 'raise SystemExit("no rows like these")');
    const failed = await project.engine("up");
    expect(failed.code).toBe(1);
    expect(failed.output).toMatch(
      /the job ended Failed[^]*no rows like these[^]*az ml job stream --name count-rows-\w+/,
    );
    await edit("src/count.py", 'raise SystemExit("no rows like these")', 'print("counted", count)');
    await up();
    expect(await submitted()).toHaveLength(3);

    // All gone but the history.
    succeeded(await project.engine("destroy"));
    const requests = await project.stage.requests();
    expect(requests.filter(({ method, url }) => method === "DELETE" && url.includes("/jobs/"))).toEqual([]);
  },
  5 * MINUTES,
);
