/** Batch endpoints, invocations, and the data planes in which their jobs are seen. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Claims, CloudError, ServingError } from "@azure-ml-as-code/local/contracts.ts";
import { IDENTITY, type Shown, type TestCloud, URLS, withAssets } from "../../../support/arm.ts";

const location = "westeurope";
const caller: Claims = { aud: "https://ml.azure.com", iss: "test", exp: 0, oid: "someone" };
const endpointBody = (defaults?: string) => ({
  location,
  properties: { authMode: "aadToken", ...(defaults ? { defaults: { deploymentName: defaults } } : {}) },
});
const model = (W: string) => ({ referenceType: "Id", assetId: `${W}/models/flower/versions/1` });
const deploymentBody = (W: string, more: object = {}) => ({
  location,
  properties: { model: model(W), compute: `${W}/computes/cpu`, ...more },
});
const folder = (uri: string) => ({ properties: { inputData: { rows: { jobInputType: "UriFolder", uri } } } });

let t: TestCloud & { readonly W: string };
let W: string;
let E: string;
beforeAll(async () => {
  t = await withAssets();
  W = t.W;
  E = `${W}/batchEndpoints/be-main`;
  await t.done("PUT", E, endpointBody());
});
afterAll(() => t.cloud.close());

/** The job when it has come to its end. */
async function settled(name: string): Promise<Shown> {
  for (;;) {
    const { body } = await t.call("GET", `${W}/jobs/${name}`);
    if (["Completed", "Failed", "Canceled"].includes(body.properties["status"] as string)) return body;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const submit = async (body: unknown, deployment?: string) =>
  (await t.cloud.batchJobs.submit("BE-main", deployment, body, caller)) as Shown;
const rejected = async (body: unknown, deployment?: string) => {
  const error: unknown = await submit(body, deployment).catch((reason: unknown) => reason);
  return error instanceof CloudError ? error : undefined;
};

describe("endpoints and deployments", () => {
  test("only Entra sign-in; defaults are an object before there is one", async () => {
    expect(
      (await t.call("PUT", `${W}/batchEndpoints/be-key`, { location, properties: { authMode: "Key" } })).body
        .error.message,
    ).toMatch(/AADToken only/);
    expect((await t.call("GET", E)).body.properties).toMatchObject({
      authMode: "AADToken",
      defaults: {},
      scoringUri: `${URLS.frontDoor}/batch/be-main/jobs`,
    });
  });

  test("a deployment is filled in", async () => {
    const { body } = await t.done("PUT", `${E}/deployments/One`, deploymentBody(W, { loggingLevel: "info" }));
    expect(body.properties).toMatchObject({
      provisioningState: "Succeeded",
      miniBatchSize: 10,
      maxConcurrencyPerInstance: 1,
      errorThreshold: -1,
      loggingLevel: "Info",
      outputAction: "AppendRow",
      outputFileName: "predictions.csv",
      retrySettings: { maxRetries: 3, timeout: "PT30S" },
      resources: { instanceCount: 1 },
    });
    const { body: summary } = await t.done(
      "PUT",
      `${E}/deployments/summary`,
      deploymentBody(W, { outputAction: "SummaryOnly" }),
    );
    expect(summary.properties["outputFileName"]).toBeUndefined();
  });

  test.each<[string, object, RegExp]>([
    ["no model", { model: null }, /needs a model/],
    [
      "a model that is not there",
      { model: { referenceType: "Id", assetId: "azureml:none:1" } },
      /was not found/,
    ],
    ["a compute that is not there", { compute: "/subscriptions/x/computes/none" }, /was not found/],
    ["no compute", { compute: null }, /needs a compute/],
    [
      "a file name where nothing is written",
      { outputAction: "SummaryOnly", outputFileName: "mine.csv" },
      /SummaryOnly/,
    ],
    ["mini-batches of nothing", { miniBatchSize: 0 }, /miniBatchSize must be at least 1/],
    ["a timeout that is no duration", { retrySettings: { timeout: "30" } }, /ISO 8601/],
    ["an unknown output action", { outputAction: "Print" }, /none of AppendRow, SummaryOnly/],
    [
      "a component that is not there",
      {
        model: null,
        deploymentConfiguration: {
          deploymentConfigurationType: "PipelineComponent",
          componentId: { assetId: "azureml:none:1" },
        },
      },
      /was not found/,
    ],
  ])("%s is refused", async (_, more, message) => {
    const { status, body } = await t.call("PUT", `${E}/deployments/bad`, deploymentBody(W, more));
    expect(status).toBe(400);
    expect(body.error.message).toMatch(message);
  });

  test("the default exists, is shown as it is spelled, and stays while it is the default", async () => {
    expect((await t.call("PUT", E, endpointBody("none"))).body.error.message).toMatch(
      /'none' does not exist/,
    );
    expect(
      (await t.call("PUT", `${W}/batchEndpoints/be-new`, endpointBody("One"))).body.error.message,
    ).toMatch(/does not exist/);
    expect((await t.done("PUT", E, endpointBody("ONE"))).body.properties["defaults"]).toEqual({
      deploymentName: "One",
    });
    expect((await t.call("DELETE", `${E}/deployments/one`)).body.error.message).toMatch(/is the default/);
    await t.done("PUT", E, endpointBody());
    expect((await t.done("PUT", E, endpointBody("One"))).status).toBe(200);
  });
});

describe("invocations", () => {
  test("run the default deployment on what the asset names, and end as a job with a child", async () => {
    const job = await submit(folder(`${W}/data/rows/versions/1`));
    expect(job).toMatchObject({
      type: expect.stringMatching(/workspaces\/jobs$/) as unknown,
      properties: { jobType: "Pipeline", tags: { "azureml.batchrun": "true" } },
    });
    const end = await settled(job.name);
    expect(end.properties).toMatchObject({
      status: "Completed",
      services: { Studio: { jobServiceType: "Studio" } },
    });
    expect(Object.keys(end.properties["outputs"] as object)).not.toContain("default");

    const spec = t.serving.runs.at(-1)!;
    expect(spec).toMatchObject({
      input: { account: "stml", path: "data/rows" },
      output: { account: "stml", path: `azureml/${spec.job}/score` },
      logs: { container: "azureml", path: `ExperimentRun/dcid.${spec.job}` },
      outputFileName: "predictions.csv",
      miniBatchSize: 10,
      timeoutMs: 30_000,
      model: { name: "flower" },
    });
    expect((await t.call("GET", `${W}/jobs/${spec.job}`)).body).toMatchObject({ properties: null });
    expect(
      (await t.call("GET", `${W}/jobs?listViewType=ActiveOnly`)).body.value.map(({ name }) => name),
    ).toEqual([job.name]);
    expect(await t.cloud.batchJobs.get("be-main", job.name)).toMatchObject({
      name: job.name,
      properties: { status: "Completed" },
    });
  });

  test("may override what the deployment says, and name another deployment", async () => {
    const body = {
      properties: {
        ...folder("azureml://datastores/workspaceblobstore/paths/in/").properties,
        MiniBatchSize: 2,
        retrySettings: { maxRetries: 0, timeout: "PT1M" },
        outputData: {
          o: { jobOutputType: "UriFile", uri: "azureml://datastores/workspaceblobstore/paths/out/mine.csv" },
        },
      },
    };
    await settled((await submit(body, "summary")).name);
    expect(t.serving.runs.at(-1)).toMatchObject({
      outputAction: "SummaryOnly",
      miniBatchSize: 2,
      maxRetries: 0,
      timeoutMs: 60_000,
      output: { path: "out" },
      outputFileName: "mine.csv",
      input: { path: "in" },
    });
  });

  test.each<[string, unknown, string | undefined, number, string]>([
    ["no deployment of that name", folder("azureml:rows:1"), "none", 404, "DeploymentNotFound"],
    [
      "a data asset that is not there",
      folder("/subscriptions/s/data/none/versions/1"),
      undefined,
      400,
      "BadArgument",
    ],
    [
      "a datastore that is not there",
      folder("azureml://datastores/none/paths/x"),
      undefined,
      400,
      "BadArgument",
    ],
    ["nothing to score", {}, undefined, 400, "BadArgument"],
  ])("%s is refused", async (_, body, deployment, status, code) => {
    expect(await rejected(body, deployment)).toMatchObject({ status, code });
  });

  test("an endpoint without a default asks for a deployment; an unknown endpoint is 404", async () => {
    await t.done("PUT", E, endpointBody());
    expect((await rejected(folder("azureml:rows:1")))?.message).toMatch(/no default deployment/);
    await t.done("PUT", E, endpointBody("One"));
    await expect(t.cloud.batchJobs.submit("nope", undefined, {}, caller)).rejects.toMatchObject({
      status: 404,
      code: "EndpointNotFound",
    });
    await expect(t.cloud.batchJobs.get("be-main", "nope")).rejects.toMatchObject({ status: 404 });
    expect([
      t.cloud.directory.batch("BE-MAIN") !== undefined,
      t.cloud.directory.batch("nope") !== undefined,
    ]).toEqual([true, false]);
  });

  test("a run that fails leaves a failed job with its reason", async () => {
    t.serving.onBatch = () =>
      Promise.reject(new ServingError("UserError", "no succeeded mini batch item returned from run()"));
    const job = await settled((await submit(folder("azureml:rows:1"))).name);
    expect(job.properties["status"]).toBe("Failed");
    const { body } = await t.call("GET", `/history/v1.0${W}/runs/${job.name}`);
    expect(body["error"]).toEqual({
      error: { code: "UserError", message: "no succeeded mini batch item returned from run()" },
    });
  });

  test("a job that is canceled stops its run", async () => {
    t.serving.onBatch = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
    const { name } = await submit(folder("azureml:rows:1"));
    expect((await t.call("DELETE", `${W}/jobs/${name}`)).body.error.message).toMatch(/cancel it before/);
    expect((await t.call("POST", `${W}/jobs/${name}/cancel`)).status).toBe(200);
    expect((await settled(name)).properties["status"]).toBe("Canceled");
  });
});

describe("preemption", () => {
  const preempt = (job: string) => t.call("POST", "/local/preempt", { workspace: W, job });

  test("takes a node of a running job of a low-priority cluster, and of no other", async () => {
    await t.done("PUT", `${W}/computes/cheap`, {
      properties: {
        computeType: "AmlCompute",
        properties: {
          vmSize: "Standard_DS3_v2",
          vmPriority: "LowPriority",
          scaleSettings: { maxNodeCount: 2 },
        },
      },
    });
    await t.done("PUT", `${E}/deployments/cheap`, deploymentBody(W, { compute: `${W}/computes/cheap` }));
    t.serving.onBatch = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
    const [dear, cheap] = [
      await submit(folder("azureml:rows:1")),
      await submit(folder("azureml:rows:1"), "cheap"),
    ];
    expect((await preempt(dear.name)).body.error.message).toMatch(/no low-priority cluster/);
    expect((await preempt(cheap.name)).body).toEqual({ job: t.serving.runs.at(-1)!.job, node: "0" });
    expect((await preempt("none")).status).toBe(404);
    for (const { name } of [dear, cheap]) {
      await t.call("POST", `${W}/jobs/${name}/cancel`);
      await settled(name);
    }
  });
});

describe("data planes", () => {
  let parent: string;
  let child: string;
  beforeAll(async () => {
    t.serving.onBatch = async (spec) => {
      await t.blobs.write({ ...spec.logs, path: `${spec.logs.path}/logs/job_result.txt` }, "well done");
      return { items: 2, succeeded: 2, failed: 0, miniBatches: 1 };
    };
    parent = (await settled((await submit(folder("azureml:rows:1"))).name)).name;
    child = t.serving.runs.at(-1)!.job;
  });

  test("discovery is open and says where the others are", async () => {
    const { body } = await t.call("GET", "/discovery", undefined, { authorization: "" });
    expect(body["api"]).toBe(URLS.cloud);
  });

  test("a job has its child, the child its output, the output its place", async () => {
    const { body: children } = await t.call("GET", `/history/v1.0${W}/runs/${parent}/children`);
    expect(children.value).toMatchObject([
      { runId: child, parentRunId: parent, displayName: "batchscoring", status: "Completed" },
    ]);
    const { body: data } = await t.call("POST", `/history/v1.0${W}/rundata`, {
      runId: child,
      selectRunMetadata: true,
    });
    const { score } = (data["runMetadata"] as { outputs: Record<string, { assetId: string; type: string }> })
      .outputs;
    expect(score!.type).toBe("uri_folder");
    const { body: resolved } = await t.call("POST", `/data/v1.0${W}/dataversion/batchGetResolvedUris`, {
      values: [score!.assetId],
    });
    expect(resolved["values"]).toEqual({
      [score!.assetId]: { uri: `azureml://datastores/workspaceblobstore/paths/azureml/${child}/score/` },
    });
  });

  test("details show the log files that are there, each with a SAS", async () => {
    const { body } = await t.call("GET", `/history/v1.0${W}/runs/${parent}/details`);
    const files = body["logFiles"] as Record<string, string>;
    expect(Object.keys(files).sort()).toEqual(["logs/job_result.txt", "user_logs/std_log.txt"]);
    expect(files["logs/job_result.txt"]).toMatch(
      new RegExp(`^${URLS.blob}/stml/azureml/ExperimentRun/dcid\\.${child}/logs/job_result\\.txt\\?sig=`),
    );
  });

  test("a batch endpoint lists its jobs, to a token of Azure ML too", async () => {
    const path = `/mferp/managementfrontend${W}/batchEndpoints/be-main`;
    const token = await t.tokens.issue({ aud: "https://ml.azure.localhost", oid: IDENTITY.objectId });
    const { body } = await t.call("GET", `${path}/jobs?api-version=2020-09-01-dataplanepreview`, undefined, {
      authorization: `Bearer ${token}`,
    });
    expect(body.value.at(-1)!.name).toBe(parent);
    const { body: ofOther } = await t.call("GET", `${path}/deployments/summary/jobs`);
    expect(ofOther.value).toHaveLength(1);
  });

  test("archiving goes by the run history", async () => {
    await t.call("PATCH", `/history/v1.0${W}/experiments/be-main/runs/${parent}`, {
      hidden: true,
      tags: { kept: "yes" },
    });
    expect((await t.call("GET", `${W}/jobs`)).body.value.map(({ name }) => name)).not.toContain(parent);
    expect((await t.call("GET", `${W}/jobs/${parent}`)).body.properties["tags"]).toMatchObject({
      kept: "yes",
      "azureml.batchrun": "true",
    });
  });

  test.each([["/history/v1.0/nothing"], ["/mferp/nothing"]])(
    "%s needs a token, and is nothing",
    async (path) => {
      expect((await t.call("GET", path, undefined, { authorization: "" })).status).toBe(401);
      expect((await t.call("GET", path)).status).toBe(404);
    },
  );
});
