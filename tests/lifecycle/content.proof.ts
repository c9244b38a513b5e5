/**
 * Content is identity: a folder of 2,000 files is uploaded once. A second `up` sends no byte of it and changes nothing;
 * one changed byte is one file sent under a new address, one new version, and one deployment that serves it.
 * Told by what ARM and the blob service were asked. `npm run prove -- tests/lifecycle/content`
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ownStage, wentWell } from "../support/own-stage.ts";
import type { OwnStage, Upped } from "../support/own-stage.ts";

const MINUTES = 60_000;
/** `CONTENT_FILES=100` tries it with fewer. */
const FILES = Number(process.env["CONTENT_FILES"] ?? 2000);
/** Says 0 at first: a multiple of 7. */
const CHANGED = FILES - 1 - ((FILES - 1) % 7);
const schema = (kind: string) => `$schema: https://azuremlschemas.azureedge.net/latest/${kind}.schema.json\n`;
const part = (index: number) => `workloads/sum/model/part-${index % 40}/${index}.txt`;

/** Adds up what its files say, so that an answer tells which bytes it came from. */
const SCORE = `
import os
def init():
    global total
    total = 0
    for folder, _, names in os.walk(os.environ["AZUREML_MODEL_DIR"]):
        for name in names:
            with open(os.path.join(folder, name)) as file:
                total += int(file.read())
def run(request):
    return total
`;

let stage: OwnStage;
beforeAll(async () => {
  stage = await ownStage(
    {
      ...Object.fromEntries(Array.from({ length: FILES }, (_, index) => [part(index), String(index % 7)])),
      "workloads/sum/model.yml": `${schema("model")}name: sum\ntype: custom_model\npath: model\n`,
      "workloads/sum/environment.yml": `${schema("environment")}name: plain\nimage: mcr.microsoft.com/azureml/minimal-ubuntu22.04-py39-cpu-inference:latest\n`,
      "workloads/sum/src/score.py": SCORE,
      "workloads/sum/endpoint.yml": `${schema("managedOnlineEndpoint")}name: sum\nauth_mode: key\ntraffic: {blue: 100}\n`,
      "workloads/sum/endpoint.sample.json": "{}",
      "workloads/sum/blue.yml": `${schema("managedOnlineDeployment")}name: blue
endpoint_name: sum
model: azureml:sum@latest
environment: azureml:plain@latest
code_configuration: {code: src, scoring_script: score.py}
instance_type: Standard_DS2_v2
instance_count: 1
`,
    },
    "  azure-ml:releases:\n    sum: {plan: {kind: allAtOnce, bakeSeconds: 0}, minimumSamples: 1}\n",
  );
}, 5 * MINUTES);
afterAll(() => stage.close(), MINUTES);

const sum = Array.from({ length: FILES }, (_, index) => index % 7).reduce((total, one) => total + one, 0);
const sent = (urls: readonly string[]) =>
  urls.filter((line) => line.startsWith("PUT ") && line.includes("/LocalUpload/"));
const writes = (urls: readonly string[]) =>
  urls.filter(
    (line) => !line.startsWith("GET ") && !/\/(listKeys|getLogs|listSecrets|checkAccess)/i.test(line),
  );

/** Traffic is looked at before it is judged, which is no change. */
const unchanged = ({ counts }: Upped) =>
  expect(Object.keys(counts).filter((operation) => operation !== "refresh")).toEqual(["same"]);

test(
  "the first up sends every file once, and its answer comes from all of them",
  async () => {
    wentWell(await stage.up());
    const { blob } = stage.requests();
    const files = sent(blob).filter((line) => line.includes("/model/"));
    expect(new Set(files).size).toBe(FILES);
    expect(await stage.score("sum")).toEqual({ status: 200, text: String(sum) });
  },
  10 * MINUTES,
);

test(
  "the second sends nothing, asks the blob service for nothing, and changes nothing",
  async () => {
    stage.requests();
    const again = await stage.up();
    wentWell(again);
    unchanged(again);
    const { arm, blob } = stage.requests();
    expect(blob).toEqual([]);
    expect(writes(arm)).toEqual([]);
  },
  5 * MINUTES,
);

test(
  "one changed byte is one new address, one new version and one new deployment",
  async () => {
    stage.write(part(CHANGED), "9");
    stage.requests();
    const changed = await stage.up();
    wentWell(changed);
    const { arm, blob } = stage.requests();
    const puts = (type: string) =>
      new Set(
        arm
          .filter((line) => line.startsWith("PUT ") && line.includes(`/${type}/`))
          .map((line) => line.split("?")[0]!),
      );
    expect([...puts("models")]).toHaveLength(1);
    expect([...puts("models")][0]).toMatch(/\/models\/sum\/versions\/[0-9a-f]{12}$/);
    expect([...puts("environments")]).toEqual([]);
    expect([...puts("codes")]).toEqual([]);
    expect([...puts("deployments")]).toHaveLength(1);
    const addresses = new Set(sent(blob).map((line) => /LocalUpload\/([0-9a-f]{64})\//.exec(line)?.[1]));
    expect(addresses.size).toBe(1);
    expect(await stage.score("sum")).toEqual({ status: 200, text: String(sum + 9) });

    const back = await stage.up();
    wentWell(back);
    unchanged(back);
  },
  10 * MINUTES,
);

test(
  "the content that was there before is not sent again",
  async () => {
    stage.write(part(CHANGED), "0");
    stage.requests();
    wentWell(await stage.up());
    expect(sent(stage.requests().blob)).toEqual([]);
    expect(await stage.score("sum")).toEqual({ status: 200, text: String(sum) });
  },
  10 * MINUTES,
);

test("an address is the hash of the listing that sha256sum prints", () => {
  const digest = (text: string) => createHash("sha256").update(text).digest("hex");
  const names = Array.from({ length: FILES }, (_, index) => part(index).replace("workloads/sum/model/", ""));
  const listing = names
    .map((name, index) => [name, String(index % 7)] as const)
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([name, text]) => `${digest(text)}  ${name}\n`)
    .join("");
  expect(stage.state().includes(join("LocalUpload", digest(listing), "model"))).toBe(true);
});
