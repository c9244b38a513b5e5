/** Assets of a registry: written in operations, kept as written, and served by the deployments of any workspace. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { endpointBody, GROUP, onlineBody, URLS, withAssets } from "../../../support/arm.ts";
import type { TestCloud } from "../../../support/arm.ts";

const location = "westeurope";
const REGISTRY = `${GROUP}/providers/Microsoft.MachineLearningServices/registries/shared`;
const VERSION = `${REGISTRY}/models/flower/versions/1`;
const MODEL = "azureml://registries/shared/models/flower/versions/1";

let t: TestCloud & { readonly W: string };
const done = async (method: string, id: string, body: object) => {
  const answer = await t.call(method, id, body);
  await t.cloud.idle();
  return answer;
};

beforeAll(async () => {
  t = await withAssets();
  await done("PUT", REGISTRY, { location, properties: { regionDetails: [{ location }] } });
  await done("PUT", `${t.W}/onlineEndpoints/reg-ep`, endpointBody());
});
afterAll(() => t.cloud.close());

const deploy = (name: string, model: string) =>
  done("PUT", `${t.W}/onlineEndpoints/reg-ep/deployments/${name}`, onlineBody(t.W, { model }));

test("content goes to an account of the registry's own, and a version is written in an operation", async () => {
  const { body: upload } = await done("POST", `${VERSION}/startPendingUpload`, {});
  const { blobUri } = upload["blobReferenceForConsumption"] as { blobUri: string };
  expect(blobUri).toMatch(new RegExp(`^${URLS.blob}/reg[0-9a-f]{20}/azureml-upload-`));

  const written = await done("PUT", VERSION, {
    properties: { modelType: "mlflow_model", modelUri: `${blobUri}/model` },
  });
  expect([written.status, Object.keys(written.headers)]).toEqual([
    201,
    expect.arrayContaining(["azure-asyncoperation"]),
  ]);
  const other = await done("PUT", VERSION, { properties: { modelUri: `${blobUri}/other` } });
  expect([other.status, other.body.error.code]).toEqual([409, "Conflict"]);
  const tagged = await done("PUT", VERSION, {
    properties: { modelType: "mlflow_model", modelUri: `${blobUri}/model`, tags: { "passed-dev": "yes" } },
  });
  expect(tagged.status).toBe(200);

  await deploy("blue", MODEL);
  const served = [...t.serving.live.values()].find(({ deployment }) => deployment === "blue");
  expect(served?.model).toMatchObject({ name: "flower", version: "1", blob: { path: "model" } });
});

test("what the registry does not have is refused; another cloud's registry is not asked", async () => {
  const { status, body } = await deploy("green", MODEL.replace(/1$/, "2"));
  expect([status, body.error.message]).toEqual([
    400,
    expect.stringContaining("registries/shared/models/flower/versions/2' was not found"),
  ]);
  expect((await deploy("white", "azureml://registries/azureml/models/flower/versions/1")).status).not.toBe(
    400,
  );
});

test("goes with all it has", async () => {
  expect((await done("DELETE", REGISTRY, {})).status).toBe(202);
  expect((await t.call("GET", VERSION)).status).toBe(404);
});
