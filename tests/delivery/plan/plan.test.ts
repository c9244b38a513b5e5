/** What cannot be planned is said in one line, before anything is begun. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { tmpdir } from "node:os";
import prettier from "prettier";
import { z } from "zod";
import { plan } from "../../../delivery/plan/plan.ts";
import type { PlanOptions } from "../../../delivery/plan/plan.ts";
import { planReport } from "../../../delivery/plan/report.ts";
import { checkOut, commitOf } from "../../../delivery/plan/revision.ts";
import { run } from "../../support/local-stage.ts";

let root: string;
const git = (...args: readonly string[]) =>
  run("git", ["-c", "user.name=t", "-c", "user.email=t@t", "-C", root, ...args], {}, root);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "plan-"));
  await git("init", "-q");
  await writeFile(join(root, "Pulumi.dev.yaml"), "config: {}\n");
  await git("add", ".");
  await git("commit", "-qm", "first");
});
afterEach(() => rm(root, { recursive: true, force: true }));

test.each<[string, Partial<PlanOptions>, string]>([
  ["a stage without a file", { stage: "nope" }, "--stage nope: there is no Pulumi.nope.yaml in "],
  ["a base that is not here", { base: "nope" }, "--base nope: no such commit here"],
  ["a base that looks like an option", { base: "--all" }, "--base --all: no such commit here"],
  ["a base and a state", { base: "HEAD", state: "x.json" }, "--base and --state: "],
  ["a state that is not there", { state: "/nope.json" }, "--state /nope.json: no such file"],
])("%s", async (_, options, message) => {
  await expect(plan({ root, stage: "dev", ...options })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining(message),
  });
});

test("a tree with changes that nobody committed", async () => {
  await writeFile(join(root, "Pulumi.dev.yaml"), "config: {a: 1}\n");
  await expect(plan({ root, stage: "dev" })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/^1 files differ from the last commit \(M Pulumi\.dev\.yaml/),
  });
});

test("a commit is unpacked as it was, and taken away again", async () => {
  const first = await commitOf(root, "HEAD");
  await writeFile(join(root, "Pulumi.dev.yaml"), "config: {a: 1}\n");
  await git("commit", "-qam", "second");
  await run("mkdir", ["-p", join(root, "node_modules/@azure-ml-as-code")]);
  const revision = await checkOut(root, first);
  const { folder } = revision;
  expect(await readFile(join(folder, "Pulumi.dev.yaml"), "utf8")).toBe("config: {}\n");
  await revision.remove();
  await expect(readFile(join(folder, "Pulumi.dev.yaml"), "utf8")).rejects.toThrow("ENOENT");
});

test("docs/plan.schema.json is what --format json prints; UPDATE_GOLDENS=1 writes it anew", async () => {
  const file = join(import.meta.dirname, "../../../docs/plan.schema.json");
  const schema = await prettier.format(JSON.stringify(z.toJSONSchema(planReport)), {
    ...(await prettier.resolveConfig(file)),
    parser: "json",
  });
  if (process.env["UPDATE_GOLDENS"]) await writeFile(file, schema);
  expect(await readFile(file, "utf8")).toBe(schema);
});
