/**
 * Every command of every job, run here: in a clone of this commit, against a local Azure, with `pulumi`, `gh` and `az` that
 * write down what they are asked. `npm ci` and `.ci/run` are not run again: the one made this folder, the other runs this.
 */
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { environment } from "../../../local/cli/environment.ts";
import { hollowRooms } from "../../../local/daemon/hollow.ts";
import { startLocalAzure } from "../../../local/daemon/local-azure.ts";
import type { LocalAzure } from "../../../local/daemon/local-azure.ts";
import { localPaths } from "../../../local/daemon/paths.ts";
import { freePorts } from "../../../local/daemon/ports.ts";
import { run } from "../../support/local-stage.ts";
import { root, scripts } from "./workflows.ts";

const MINUTES = 60_000;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let folder: string;
let clone: string;
let azure: LocalAzure;
let variables: Record<string, string>;

/** What the runners have on PATH. */
const PROGRAMS: Readonly<Record<string, string>> = {
  pulumi: `case "$*" in
  "preview --refresh"*) echo '{"steps":[]}' ;;
  "stack ls"*) echo '[{"name":"pr-7"}]' ;;
  "stack export"*) echo '{"deployment":{}}' ;;
esac`,
  gh: "true",
  az: "echo sub",
  npm: `[ "$1" = ci ] || exec "${process.execPath}" "$NPM" "$@"`,
  bash: `[ "$1" = .ci/run ] && test -x .ci/run || exec /bin/bash "$@"`,
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jobs-"));
  clone = join(folder, "clone");
  const npm = (await run("sh", ["-c", "readlink -f $(command -v npm)"])).stdout.trim();
  await mkdir(join(folder, "bin"));
  for (const [name, script] of Object.entries(PROGRAMS)) {
    const file = join(folder, "bin", name);
    await writeFile(file, `#!/bin/sh\necho "${name} $*" >> "${folder}/calls"\nNPM="${npm}"\n${script}\n`);
    await chmod(file, 0o755);
  }
  await run("git", ["clone", "-q", root, clone]);
  await symlink(join(root, "node_modules"), join(clone, "node_modules"));
  await writeFile(join(clone, ".git/info/exclude"), "node_modules\nplan.md\nPulumi.pr-*.yaml\n");
  const paths = localPaths(join(folder, ".local"));
  azure = await startLocalAzure(paths, await freePorts(), silent, hollowRooms);
  variables = await environment(paths, { ...azure.facts, pid: process.pid, startedAt: "" }, undefined);
}, 2 * MINUTES);
afterAll(async () => {
  await azure.close();
  await rm(folder, { recursive: true, force: true });
});

/** What GitHub and Azure Pipelines would put in. */
const VALUES: Readonly<Record<string, string>> = {
  "matrix.stage": "dev",
  "github.event.pull_request.base.sha": "HEAD",
  "github.event.number": "7",
};
const filled = (text: string): string =>
  text.replaceAll(/\$\{\{ *(.+?) *\}\}/g, (_, name: string) => VALUES[name] ?? "");
/** `$(NAME)` of Azure Pipelines. */
const MACROS: Readonly<Record<string, string>> = {
  "System.PullRequest.TargetBranchName": "HEAD",
  "System.DefaultWorkingDirectory": ".",
  STAGE: "dev",
};
const expanded = (script: string): string =>
  script.replaceAll(/\$\(([A-Z][\w.]+)\)/g, (whole, name: string) => MACROS[name] ?? whole);

/** The same command in the same words is run once. */
const jobs = [...new Map(scripts.map((one) => [one.script + JSON.stringify(one.env), one])).values()];

test.each(jobs.map((job) => [job.from, job] as const))(
  "%s",
  async (_, { script, env }) => {
    const given = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)]));
    const { code, output } = await run(
      "/bin/bash",
      ["-eo", "pipefail", "-c", expanded(script)],
      {
        ...given,
        ...variables,
        ARM_USE_OIDC: "",
        GITHUB_STEP_SUMMARY: join(folder, "summary.md"),
        PATH: `${join(folder, "bin")}:${process.env["PATH"]!}`,
      },
      clone,
    );
    expect([code, output]).toEqual([0, expect.anything()]);
  },
  10 * MINUTES,
);

test("asked of Pulumi just what the jobs are for", async () => {
  const calls = (await readFile(join(folder, "calls"), "utf8")).split("\n");
  const asked = [...new Set(calls.filter((line) => line.startsWith("pulumi ")))].sort();
  const on = (stage: string) => `--stack ${stage} --non-interactive`;
  expect(asked).toEqual(
    [
      `pulumi destroy --yes --skip-preview ${on("pr-7")}`,
      `pulumi preview --diff ${on("dev")}`,
      ...["dev", "staging", "prod"].map((stage) => `pulumi preview --refresh --json ${on(stage)}`),
      `pulumi stack export ${on("pr-7")}`,
      "pulumi stack ls --json --non-interactive",
      `pulumi stack rm --yes ${on("pr-7")}`,
      `pulumi stack select --create ${on("pr-7")}`,
      ...["dev", "pr-7", "prod", "staging"].map((stage) => `pulumi up --yes --skip-preview ${on(stage)}`),
    ].sort(),
  );
  expect(await readFile(join(folder, "summary.md"), "utf8")).toContain("**Nothing changes**");
});
