/** What no linter knows of our workflows: who may do what, one update a stage at a time, every call a verb of ours. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { pipelines, root, scripts, workflows } from "./workflows.ts";

const named = (file: string) => workflows.find((one) => one.file === file)!;

test.each(["check.yml", "preview.yml"])(
  "%s, which forks run, has no secret and no token but one that reads",
  (file) => {
    const { text, permissions, jobs } = named(file);
    expect(permissions).toEqual({ contents: "read" });
    for (const job of Object.values(jobs)) expect(job).not.toHaveProperty("permissions");
    expect(text).not.toMatch(/secrets\.|vars\.|id-token|environment:|pull_request_target|workflow_run/);
  },
);

test("no workflow has a secret, and none runs with the rights of the base for what a fork wrote", () => {
  for (const { text } of workflows) expect(text).not.toMatch(/secrets\.|pull_request_target|workflow_run/);
  for (const { text } of pipelines)
    expect(text).not.toMatch(/AccessToken|\$\(\w*(KEY|PASSWORD|SECRET|TOKEN)\)/i);
  const forks = pipelines.filter(({ file }) => ["check.yml", "preview.yml"].includes(file));
  expect(forks).toHaveLength(2);
  for (const { text } of forks) expect(text).not.toMatch(/azureSubscription|variables:/);
});

test("rights are given to jobs, each no more than it uses", () => {
  const rights = Object.fromEntries(
    workflows
      .filter(({ permissions }) => Object.keys(permissions ?? { all: "" }).length === 0)
      .flatMap(({ file, jobs }) =>
        Object.entries(jobs).map(([name, { permissions }]) => [`${file} ${name}`, permissions]),
      ),
  );
  const signsIn = { contents: "read", "id-token": "write" };
  expect(rights).toEqual({
    "deploy.yml dev": signsIn,
    "deploy.yml staging": signsIn,
    "deploy.yml prod": signsIn,
    "destroy.yml expired": signsIn,
    "drift.yml drift": { ...signsIn, issues: "write" },
    "pr-stage.yml up": signsIn,
    "pr-stage.yml down": signsIn,
    "preview-azure.yml preview": signsIn,
  });
});

test("actions are pinned by commit, and packages come with their lock", () => {
  for (const { jobs } of workflows)
    for (const { steps } of Object.values(jobs))
      for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^[\w./-]+@[0-9a-f]{40}$/);
});

test("stages follow each other, each with its approval, one update at a time that nobody cuts off", () => {
  const jobs = Object.entries(named("deploy.yml").jobs);
  expect(
    jobs.map(([name, { needs, environment, concurrency }]) => [name, needs, environment, concurrency]),
  ).toEqual(
    (["dev", "staging", "prod"] as const).map((stage, at, all) => [
      ...[stage, all[at - 1], stage],
      { group: `stage-${stage}`, "cancel-in-progress": false },
    ]),
  );
});

describe("every command is one of the repository's", () => {
  const { scripts: verbs } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const known = [
    /^npm ci$/,
    /^bash \.ci\/run$/,
    /^npm run -s (?<verb>[\w:-]+) -- [^|;&]*( \| tee -a "\$GITHUB_STEP_SUMMARY"| > plan\.md)?$/,
    /^export ARM_CLIENT_ID="\$servicePrincipalId" ARM_TENANT_ID="\$tenantId" ARM_OIDC_TOKEN="\$idToken"$/,
    /^ARM_SUBSCRIPTION_ID="\$\(az account show --query id -o tsv\)" && export ARM_SUBSCRIPTION_ID$/,
    /^echo "##vso\[task\.uploadsummary\]/,
  ];
  test.each(scripts.map(({ from, script }) => [from, script]))("%s: %s", (_, script) => {
    for (const line of script.trim().split("\n")) {
      const found = known.map((one) => one.exec(line)).find((match) => match !== null);
      expect(found).toBeDefined();
      const { verb } = found?.groups ?? {};
      if (verb !== undefined) expect(Object.keys(verbs)).toContain(verb);
      // What strangers may have written reaches a shell as a variable only.
      expect(script).not.toContain("${{");
    }
  });
});
