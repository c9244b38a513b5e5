/** `npm run -s lint:workflows`: ours have no finding, and one that should have some does. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { run } from "../../support/local-stage.ts";

const lint = (...args: readonly string[]) => run(process.execPath, ["delivery/workflows/main.ts", ...args]);

test("the repository's workflows pass actionlint and zizmor", async () => {
  expect(await lint()).toEqual({ code: 0, output: "", stdout: "" });
});

test("a workflow that runs what strangers write, with an action that is not pinned, is found by both", async () => {
  const folder = await mkdtemp(join(tmpdir(), "workflows-"));
  const steps = "[{ uses: actions/checkout@v4 }, { run: 'echo ${{ github.event.issue.title }}' }]";
  await writeFile(
    join(folder, "bad.yml"),
    `on: issues\njobs: { bad: { runs-on: ubuntu-24.04, steps: ${steps} } }\n`,
  );
  const { code, output } = await lint(folder);
  await rm(folder, { recursive: true });
  expect(code).toBe(1);
  expect(output).toMatch(/^actionlint:\n.*bad\.yml:2:.*potentially untrusted/m);
  expect(output).toMatch(/^zizmor:\n/m);
  expect(output).toContain("unpinned-uses");
});
