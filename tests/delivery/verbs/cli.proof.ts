/** The verbs as people type them, with a `pulumi` that says what the real one says: exit codes, and one line each. A process each. */
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { run } from "../../support/local-stage.ts";

let bin: string;
beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), "pulumi-"));
});
afterEach(() => rm(bin, { recursive: true }));

/** @param script what it does, as a shell has it; every call is written to `calls`. */
async function pulumi(script: string): Promise<void> {
  const file = join(bin, "pulumi");
  await writeFile(file, `#!/bin/sh\necho "$@" >> ${bin}/calls\n${script}\n`);
  await chmod(file, 0o755);
}
const calls = async () => (await readFile(join(bin, "calls"), "utf8")).trim().split("\n");
const verb = (...args: readonly string[]) =>
  run(process.execPath, ["delivery/verbs/main.ts", ...args], {
    PATH: `${bin}:${process.env["PATH"]!}`,
    ARM_SUBSCRIPTION_ID: "s",
  });
const LOCKED =
  'echo "error: the stack is currently locked by 1 lock(s). Either wait or delete it\n  file:///x.json: created by ci@runner (pid 7) at 2026-11-22T10:00:00Z" >&2; exit 255';

test("a stage that somebody else changes: who, what to do, exit code 4", async () => {
  await pulumi(LOCKED);
  const { code, output } = await verb("deploy", "--stage", "dev");
  expect(code).toBe(4);
  expect(output.trim().split("\n").at(-1)).toMatch(
    /^error: stage dev is locked by ci@runner \(pid 7\) at .*: another update runs, or died\. Wait, or lift/,
  );
  expect((await verb("state", "repair", "--stage", "dev")).code).toBe(4);
});

test("an update is `pulumi up`, and its failure exit code 1", async () => {
  await pulumi('echo "Updating"; [ "$1" != up ] || exit 3');
  const { code, output } = await verb("deploy", "--stage", "dev", "--accept", "", "--reason", "");
  expect([code, output]).toEqual([
    1,
    "Updating\nerror: the update of stage dev failed; what it says above is why\n",
  ]);
  expect(await calls()).toEqual(["up --yes --skip-preview --stack dev --non-interactive"]);
});

test.each<[string, readonly string[], RegExp]>([
  ["an unknown verb", ["nope"], /found "nope"; allowed: promote, deploy, rollback/],
  ["an unknown stage", ["deploy", "--stage", "nope"], /--stage nope: there is no Pulumi\.nope\.yaml here/],
  ["a stage that is a path", ["deploy", "--stage", "../x"], /--stage \.\.\/x: a stage's name has/],
  ["a missing flag", ["deploy"], /--stage is missing\. usage: npm run -s deploy -- --stage STAGE/],
  ["an unknown flag", ["deploy", "--stagee", "x"], /Unknown option '--stagee'/],
  [
    "a promotion past a stage",
    ["promote", "--from", "dev", "--to", "prod", "m"],
    /--to prod: the stage takes models from no other/,
  ],
  ["a throw-away stage that is none", ["stages", "destroy", "prod"], /prod is no pull request's stage/],
  [
    "too long a life",
    ["stages", "create", "pr-7", "--hours", "9999"],
    /--hours 9999: whole hours from 1 to 336/,
  ],
  [
    "a state that is not there",
    ["state", "import", "--stage", "dev", "--file", "/nope"],
    /--file \/nope: no such file/,
  ],
])("%s: one line, exit code 2, nothing was run", async (_, args, message) => {
  await pulumi("exit 0");
  const { code, output } = await verb(...args);
  expect([code, output.trim().split("\n").length]).toEqual([2, 1]);
  expect(output).toMatch(message);
  await expect(calls()).rejects.toThrow("ENOENT");
});

test("no Pulumi CLI: said, exit code 2", async () => {
  const { code, output } = await run(
    process.execPath,
    ["delivery/verbs/main.ts", "deploy", "--stage", "dev"],
    {
      PATH: bin,
      ARM_SUBSCRIPTION_ID: "s",
    },
  );
  expect([code, output]).toEqual([
    2,
    "error: there is no `pulumi` on PATH; dev, staging and prod run on the Pulumi CLI\n",
  ]);
});

test("drift: a table and exit code 5; none: exit code 0", async () => {
  const urn = "urn:pulumi:dev::azure-ml::azureml:index:EndpointTraffic::answers-traffic";
  await pulumi(`echo '${JSON.stringify({ steps: [{ op: "update", urn, diffReasons: ["traffic"] }] })}'`);
  const found = await verb("drift", "--stage", "dev");
  expect([found.code, found.output]).toEqual([5, expect.stringContaining("answers-traffic` | `traffic` |")]);
  expect(await calls()).toEqual(["preview --refresh --json --stack dev --non-interactive"]);
  await pulumi(`echo '{"steps":[{"op":"same","urn":"${urn}"}]}'`);
  expect(await verb("drift", "--stage", "dev")).toMatchObject({
    code: 0,
    output: "Stage dev is as the program says.\n",
  });
});
