/** The workloads that ship, online, by what scikit-learn itself predicted when they were trained. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createServing } from "@azure-ml-as-code/local/serving/serving.ts";
import type { LocalServing } from "@azure-ml-as-code/local/serving/serving.ts";
import {
  deploymentSpec,
  folderBlobs,
  processesWith,
  quiet,
  ref,
  removeFolder,
  temporaryFolder,
} from "./support.ts";

const workloads = join(import.meta.dirname, "../../../workloads");
const jsonOf = (path: string) => JSON.parse(readFileSync(join(workloads, path), "utf8")) as unknown;
const expected = (name: string) => (jsonOf(`${name}/expected.json`) as { online: number[] }).online;

let folder: string;
let serving: LocalServing;

beforeAll(async () => {
  folder = await temporaryFolder();
  const blobs = folderBlobs(join(folder, "blobs"));
  serving = await createServing({ dir: join(folder, "serving"), blobs, log: quiet });
  const put = async (path: string) => {
    await cp(join(workloads, path), blobs.local(ref(path)), { recursive: true });
    return ref(path);
  };
  const condaFile = await readFile(join(workloads, "environment/conda.yml"), "utf8");
  await Promise.all([
    serving.deploy(
      deploymentSpec({
        id: "cancer",
        deployment: "cancer",
        model: { name: "cancer", version: "1", type: "mlflow_model", blob: await put("breast-cancer/model") },
      }),
    ),
    serving.deploy(
      deploymentSpec({
        id: "diabetes",
        deployment: "diabetes",
        model: { name: "diabetes", version: "1", type: "custom_model", blob: await put("diabetes/model") },
        code: { blob: await put("diabetes/src"), scoringScript: "score.py" },
        environment: { name: "sklearn", version: "1", image: "any", condaFile },
      }),
    ),
  ]);
});

afterAll(async () => {
  await serving.close();
  await removeFolder(folder);
});

async function ask(id: string, body: unknown): Promise<{ status: number; answer: unknown }> {
  const lease = serving.target(id)!.acquire();
  if (typeof lease === "string") throw new Error(lease);
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const asking = request(
      { host: "127.0.0.1", port: lease.port, path: "/score", method: "POST", headers },
      (answer) => {
        lease.release();
        text(answer).then(
          (said) => resolve({ status: answer.statusCode!, answer: JSON.parse(said) as unknown }),
          reject,
        );
      },
    );
    asking.once("error", reject);
    asking.end(JSON.stringify(body));
  });
}

test("a model with a scoring script answers what scikit-learn predicts", async () => {
  const { status, answer } = await ask("diabetes", jsonOf("diabetes/endpoint.sample.json"));
  expect(status).toBe(200);
  for (const [row, value] of expected("diabetes").entries())
    expect((answer as number[])[row]).toBeCloseTo(value, 9);
});

test("an MLflow model without a script takes input_data in every documented form", async () => {
  const { input_data: split } = jsonOf("breast-cancer/endpoint.sample.json") as {
    input_data: { columns: string[]; data: number[][] };
  };
  const record = (row: number[]) =>
    Object.fromEntries(split.columns.map((name, index) => [name, row[index]!]));
  const forms = {
    split,
    rows: split.data,
    records: split.data.map(record),
    lists: Object.fromEntries(
      split.columns.map((name, index) => [name, split.data.map((row) => row[index]!)]),
    ),
    whole: { columns: split.columns, data: split.data.map((row) => row.map(Math.round)) },
  };
  for (const form of [forms.split, forms.rows, forms.records, forms.lists])
    expect(await ask("cancer", { input_data: form })).toEqual({
      status: 200,
      answer: expected("breast-cancer"),
    });
  // Whole numbers are fine where the signature says double.
  expect(await ask("cancer", { input_data: forms.whole })).toMatchObject({ status: 200 });
});

test.each([
  ["without input_data", { data: [[1]] }, /object with "input_data"/],
  ["with a column missing", { input_data: [{ "mean radius": 1 }] }, /signature.*missing.*mean texture/is],
  ["with too few columns", { input_data: [[1, 2]] }, /could not use the input.*30 columns/is],
])("a request %s is refused in words", async (_, body, words) => {
  const { status, answer } = await ask("cancer", body);
  expect(status).toBe(400);
  expect((answer as { error: { message: string } }).error.message).toMatch(words);
});

test("a text where the signature has a number is refused in words", async () => {
  const { input_data: split } = jsonOf("breast-cancer/endpoint.sample.json") as {
    input_data: { data: unknown[][] };
  };
  split.data[0]![0] = "large";
  const { status, answer } = await ask("cancer", { input_data: split });
  expect(status).toBe(400);
  expect(JSON.stringify(answer)).toMatch(/mean radius/);
});

test("both share one environment: their requirements agree", async () => {
  const pythons = new Set((await processesWith(folder)).map((line) => line.trim().split(/\s+/)[1]));
  expect([...pythons]).toEqual([
    expect.stringMatching(/azure-ml-as-code\/environments\/[0-9a-f]{24}\/bin\/python/),
  ]);
});
