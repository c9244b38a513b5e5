/** The policy pack over every stage of the repository, at the stage's level; and the page that tells of it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { deviations } from "@azure-ml-as-code/policy/deviations.ts";
import { policiesPage } from "@azure-ml-as-code/policy/page.ts";
import { rules } from "@azure-ml-as-code/policy/rules/index.ts";
import { findings, subjectsOf } from "../support/policy-stage.ts";
import { root, runStage } from "../support/stages.ts";

describe.each(["staging", "prod"] as const)("stage %s", (name) => {
  test("breaks no mandatory rule, and no advisory one that is not listed with a reason", async () => {
    const found = await findings(subjectsOf((await runStage(name)).resources));
    expect(Object.fromEntries(Object.entries(found).filter(([rule]) => !(rule in deviations)))).toEqual({});
  });
});

describe.each(["local", "dev"] as const)("stage %s", (name) => {
  test("is advised only, and of nothing that lets in strangers without a sign-in", async () => {
    const config = readFileSync(join(root, `policy/stages/${name}.json`), "utf8");
    expect(JSON.parse(config)).toEqual({ all: "advisory" });
    const found = Object.keys(await findings(subjectsOf((await runStage(name)).resources)));
    for (const rule of [
      "storage-no-anonymous-blobs",
      "storage-no-shared-key",
      "registry-no-shared-login",
      "vault-rbac",
    ])
      expect(found).not.toContain(rule);
  });
});

test("docs/policies.md is what the rules say; UPDATE_DOCS=1 writes it", () => {
  const file = join(root, "docs/policies.md");
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(file, policiesPage());
  expect(readFileSync(file, "utf8")).toBe(policiesPage());
});

test("only rules that are there deviate, each with a reason", () => {
  for (const [name, reason] of Object.entries(deviations)) {
    expect(rules.map((rule) => rule.name)).toContain(name);
    expect(reason.length).toBeGreaterThan(30);
  }
});
