/**
 * Stage `local` on a real Pulumi CLI, as a person with one brings it up, and then on the embedded engine:
 * both must make the same resources with the same inputs. Needs a `pulumi` on PATH that works.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { pulumiVersion } from "../../local/cli/engines.ts";
import { root } from "../../local/daemon/paths.ts";
import { localStage, run, succeeded } from "../support/local-stage.ts";
import type { LocalStage } from "../support/local-stage.ts";

const MINUTES = 60_000;
const version = await pulumiVersion();
if (version === undefined)
  process.stderr.write("tests/e2e/pulumi.test.ts is skipped: no working `pulumi` on PATH\n");
const describeWithPulumi = version === undefined ? describe.skip : describe;

interface Exported {
  readonly resources: readonly { urn: string; type: string; inputs?: unknown }[];
}
const essence = ({ resources }: Exported) =>
  Object.fromEntries(resources.map(({ urn, type, inputs = {} }) => [urn, { type, inputs }]));

describeWithPulumi("stage local on the Pulumi CLI", () => {
  let stage: LocalStage;
  let settings: string;
  const stageFile = join(root, "Pulumi.local.yaml");

  beforeAll(async () => {
    settings = await readFile(stageFile, "utf8");
    stage = await localStage();
    succeeded(await stage.local(["start"]));
  }, MINUTES);
  afterAll(async () => {
    await stage.remove();
    expect(await readFile(stageFile, "utf8")).toBe(settings); // the CLI finds the salt that it would write
  }, MINUTES);

  test(
    "comes up with what `env` prints, and the embedded engine finds nothing to change",
    async () => {
      const env = await stage.local(["env", "--json"]);
      const variables = JSON.parse(env.stdout) as Record<string, string>;
      const pulumi = (...args: string[]) => run("pulumi", [...args, "--non-interactive"], variables);
      const up = await pulumi("up", "--stack", "local", "--yes", "--skip-preview");
      succeeded(up);
      const exported = await pulumi("stack", "export", "--stack", "local", "--show-secrets");
      const theirs = (JSON.parse(exported.stdout) as { deployment: Exported }).deployment;
      expect(up.output).toMatch(/Resources:\s+\+ \d+ created/);

      const again = await stage.local(["up", "--engine", "embedded"]);
      succeeded(again);
      expect(again.output).toContain(`${theirs.resources.length} unchanged`);
      expect(again.output).not.toMatch(/created|updated|deleted|replaced/);
      const { deployment: ours } = JSON.parse(await readFile(stage.paths.state, "utf8")) as {
        deployment: Exported;
      };
      expect(essence(ours)).toEqual(essence(theirs));

      const back = await stage.local(["up", "--engine", "pulumi"]);
      succeeded(back);
      expect(back.output).toMatch(/\d+ unchanged/);
      succeeded(await stage.local(["destroy", "--engine", "pulumi"]));
    },
    6 * MINUTES,
  );
});
