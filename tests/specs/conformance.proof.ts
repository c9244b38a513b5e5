/**
 * Everything in `corpus/` becomes what azure-ai-ml makes of it, or is refused as it refuses it.
 * A folder of the corpus holds files of one kind; `shared/` holds what they refer to.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { render } from "../../specs/render.ts";
import { pythonWith } from "../support/python.ts";
import { differences } from "./conformance.ts";
import { REVIEWED, STRICTER } from "./reviewed.ts";

const corpus = fileURLToPath(new URL("corpus/", import.meta.url));
const script = fileURLToPath(new URL("../support/azure_ai_ml.py", import.meta.url));
const files = readdirSync(corpus, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "shared")
  .flatMap(({ name }) => readdirSync(join(corpus, name)).map((file) => join(name, file)))
  .filter((file) => file.endsWith(".yml"))
  .sort();

/** Which loader of the client reads a kind, where it has not the kind's name. */
const LOADERS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["amlCompute", "computeInstance", "kubernetesCompute", "vmCompute", "synapseSparkCompute"].map((kind) => [
      kind,
      "compute",
    ]),
  ),
  ...Object.fromEntries(
    ["azureBlob", "azureDataLakeGen1", "azureDataLakeGen2", "azureFile", "oneLake"].map((kind) => [
      kind,
      "datastore",
    ]),
  ),
  ...Object.fromEntries(
    ["command", "parallel", "spark", "pipeline", "automl", "import"].map((type) => [
      `${type}Component`,
      "component",
    ]),
  ),
  ...Object.fromEntries(
    ["commandJob", "sweepJob", "sparkJob", "pipelineJob", "autoMLJob"].map((kind) => [kind, "job"]),
  ),
  monitorSchedule: "schedule",
  hub: "workspace",
  project: "workspace",
};

interface Answer {
  readonly body?: Record<string, unknown>;
  readonly error?: string;
}

const sdk = await pythonWith("azure-ai-ml==1.35.2");
if ("missing" in sdk) console.warn(`not compared with azure-ai-ml: ${sdk.missing}`);

function ask(python: string): Promise<ReadonlyMap<string, Answer>> {
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = files.map((file) => {
    const kind = dirname(file);
    return JSON.stringify({ file: join(corpus, file), kind: LOADERS[kind] ?? kind });
  });
  child.stdin.end(lines.join("\n"));
  return new Promise((resolve, reject) => {
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.on("error", reject);
    child.on("close", () => {
      resolve(
        new Map(
          out
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Answer & { file: string })
            .map((answer) => [answer.file, answer]),
        ),
      );
    });
  });
}

const flags = {
  subscription: "00000000-0000-0000-0000-000000000000",
  "resource-group": "rg",
  workspace: "ws",
  location: "eastus",
  "endpoint-name": "endpoint",
  compute: "compute",
  help: false,
};

(("python" in sdk ? describe : describe.skip) as typeof describe)("against azure-ai-ml 1.35.2", () => {
  let answers: ReadonlyMap<string, Answer>;
  beforeAll(async () => {
    answers = await ask((sdk as { python: string }).python);
  }, 120_000);

  test.each(files)("%s", (file) => {
    const ours = render(join(corpus, file), { ...flags, name: undefined }) as Answer;
    const theirs = answers.get(join(corpus, file));
    if (theirs === undefined) throw new Error("azure-ai-ml said nothing");
    const stricter = STRICTER[file];
    if (theirs.error !== undefined || stricter !== undefined) {
      expect({ refused: ours.error !== undefined, theirs: theirs.error }).toMatchObject({ refused: true });
      if (stricter !== undefined) expect(theirs.error).toBeUndefined();
      return;
    }
    expect(ours.error).toBeUndefined();
    const { name: _, ...body } = theirs.body!;
    const all = differences(ours.body, body).filter(
      (difference) =>
        !REVIEWED.some(
          ({ kinds, path }) => (kinds?.includes(dirname(file)) ?? true) && path.test(difference),
        ),
    );
    expect(all).toEqual([]);
  });
});

test("the corpus is at least 150 files, and every exception in it is still needed", () => {
  expect(files.length).toBeGreaterThanOrEqual(150);
  expect(Object.keys(STRICTER).filter((file) => !files.includes(file))).toEqual([]);
  expect(basename(corpus)).toBe("corpus");
});
