/** Jobs as ARM takes them: planned from their bodies, recorded with their children. What would run them only notes. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type {
  CommandSpec,
  JobEnd,
  JobEvents,
  Jobs,
  JobSpec,
  PipelineSpec,
} from "@azure-ml-as-code/local/contracts-jobs.ts";
import type { Claims } from "@azure-ml-as-code/local/contracts.ts";
import { type TestCloud, withAssets } from "../../../support/arm.ts";

const caller: Claims = { aud: "https://ml.azure.com", iss: "test", exp: 0, oid: "someone" };
const ran: JobSpec[] = [];
let work: (spec: JobSpec, events: JobEvents, signal: AbortSignal) => Promise<JobEnd>;
const jobs: Jobs = {
  problems: () => [],
  run: (spec, events, signal) => {
    ran.push(spec);
    return work(spec, events, signal);
  },
};

let t: TestCloud & { readonly W: string };
let W: string;
beforeAll(async () => {
  t = await withAssets({ jobs });
  W = t.W;
  for (const [name, spec] of Object.entries(COMPONENTS))
    await t.call("PUT", `${W}/components/${name}/versions/1`, {
      properties: { componentSpec: { name, version: "1", ...spec } },
    });
});
afterAll(() => t.cloud.close());
beforeEach(() => {
  ran.length = 0;
  work = (spec, events) => {
    events.status(spec.job, "Running");
    return Promise.resolve("Completed");
  };
});

const folder = { type: "uri_folder" };
const COMPONENTS = {
  prep: {
    type: "command",
    command: "prep ${{inputs.raw}} ${{inputs.by}} ${{outputs.clean}}",
    environment: "azureml:sklearn:1",
    inputs: { raw: folder, by: { type: "number", default: "2" }, more: { type: "string", optional: true } },
    outputs: { clean: folder, note: { type: "uri_file" } },
  },
  score: {
    type: "command",
    command: "score ${{inputs.data}} ${{outputs.out}}",
    environment: "azureml:sklearn:1",
    inputs: { data: folder },
    outputs: { out: folder },
  },
  both: {
    type: "pipeline",
    inputs: { raw: folder, by: { type: "number", default: "5" } },
    outputs: { result: folder },
    jobs: {
      p: {
        type: "command",
        componentId: "azureml:prep:1",
        inputs: {
          raw: { job_input_type: "literal", value: "${{parent.inputs.raw}}" },
          by: "${{parent.inputs.by}}",
        },
      },
      s: {
        type: "command",
        componentId: "azureml:score:1",
        inputs: { data: { job_input_type: "literal", value: "${{parent.jobs.p.outputs.clean}}" } },
        outputs: { out: { type: "literal", value: "${{parent.outputs.result}}" } },
      },
    },
  },
  tree: { type: "sweep" },
} as const;

const command = (more: object = {}) => ({
  properties: {
    jobType: "Command",
    command: "go ${{inputs.x}}",
    environmentId: `${W}/environments/sklearn/versions/1`,
    computeId: `${W}/computes/cpu`,
    ...more,
  },
});
const pipeline = (nodes: object, more: object = {}) => ({
  properties: { jobType: "Pipeline", jobs: nodes, settings: { default_compute: "cpu" }, ...more },
});
const put = (name: string, body: object) => t.call("PUT", `${W}/jobs/${name}`, body);
const ended = async (name: string) => {
  for (;;) {
    const { body } = await t.call("GET", `${W}/jobs/${name}`);
    if (["Completed", "Failed", "Canceled"].includes(body.properties["status"] as string)) return body;
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const raw = { jobInputType: "uri_folder", uri: "azureml:rows:1" };

describe("a command job", () => {
  test("is run with its assets resolved and its outputs at their places", async () => {
    const body = command({
      codeId: `${W}/codes/score/versions/1`,
      inputs: {
        x: raw,
        lr: { jobInputType: "literal", value: "0.5" },
        flag: { jobInputType: "literal", value: true },
      },
      outputs: {
        m: { jobOutputType: "mlflow_model" },
        f: { jobOutputType: "uri_file" },
        default: { jobOutputType: "uri_folder" },
      },
      limits: { timeout: "PT1M" },
      distribution: { distributionType: "PyTorch", processCountPerInstance: 2 },
      resources: { instanceCount: 2 },
    });
    expect((await put("one", body)).status).toBe(201);
    expect((await ended("one")).properties["status"]).toBe("Completed");
    const spec = ran[0] as CommandSpec;
    expect(spec).toMatchObject({
      kind: "command",
      command: "go ${{inputs.x}}",
      code: { path: "code/src" },
      environment: { name: "sklearn", condaFile: "name: x" },
      inputs: {
        lr: "0.5",
        flag: "True",
        x: { type: "uri_folder", blob: { path: "data/rows" }, mode: "download" },
      },
      timeoutMs: 60_000,
      processes: 2,
      compute: { nodes: 2, maxNodes: 2 },
      artifacts: { container: "azureml", path: "ExperimentRun/dcid.one" },
    });
    expect(Object.entries(spec.outputs).map(([name, { blob }]) => [name, blob.path])).toEqual([
      ["m", "azureml/one/m"],
      ["f", "azureml/one/f"],
    ]);
    // A second PUT changes tags and runs nothing.
    expect((await put("one", command({ tags: { a: "b" } }))).status).toBe(200);
    expect(ran).toHaveLength(1);
  });

  test("an output with a name becomes a version of a model or of data, before the job is done", async () => {
    const outputs = {
      m: { jobOutputType: "mlflow_model", assetName: "made", assetVersion: "7" },
      d: { jobOutputType: "uri_folder", assetName: "made-data" },
    };
    await put("named", command({ inputs: { x: raw }, outputs }));
    await ended("named");
    expect((await t.call("GET", `${W}/models/made/versions/7`)).body.properties).toMatchObject({
      modelType: "mlflow_model",
      modelUri: "azureml://datastores/workspaceblobstore/paths/azureml/named/m/",
      jobName: "named",
    });
    expect((await t.call("GET", `${W}/data/made-data/versions/1`)).status).toBe(200);
    // And is found by the URI of the job.
    const uri = "azureml://jobs/named/outputs/d/paths/sub";
    await put("reads", command({ inputs: { x: { jobInputType: "uri_folder", uri } } }));
    await ended("reads");
    expect((ran.at(-1) as CommandSpec).inputs["x"]).toMatchObject({ blob: { path: "azureml/named/d/sub" } });
  });

  test.each<[string, () => object, RegExp]>([
    [
      "data that are not there",
      () => ({ inputs: { x: { ...raw, uri: "azureml:none:1" } } }),
      /input 'x' is 'azureml:none:1', which was not found/,
    ],
    [
      "data of another type",
      () => ({ inputs: { x: { ...raw, jobInputType: "uri_file" } } }),
      /of type uri_file, and azureml:rows:1 is of type uri_folder/,
    ],
    [
      "a compute that is not there",
      () => ({ computeId: `${W}/computes/none`, inputs: { x: raw } }),
      /compute .* was not found/,
    ],
    [
      "more nodes than the cluster has",
      () => ({ resources: { instanceCount: 3 }, inputs: { x: raw } }),
      /wants 3 nodes, and the cluster 'cpu' has 2/,
    ],
    [
      "a limit that is no duration",
      () => ({ limits: { timeout: "60" }, inputs: { x: raw } }),
      /no ISO 8601 duration/,
    ],
  ])("with %s is refused, and leaves nothing", async (_, more, message) => {
    const { status, body } = await put("refused", command(more()));
    expect(status).toBe(400);
    expect(body.error.message).toMatch(message);
    expect((await t.call("GET", `${W}/jobs/refused`)).status).toBe(404);
  });

  test("other kinds of jobs are kept as records", async () => {
    await put("spark", { properties: { jobType: "Spark" } });
    expect((await t.call("GET", `${W}/jobs/spark`)).body.properties["status"]).toBe("Failed");
    const image = { jobType: "AutoML", taskDetails: { taskType: "ImageClassification" } };
    await put("image", { properties: image });
    expect((await t.call("GET", `${W}/jobs/image`)).body.properties["status"]).toBe("Failed");
  });
});

describe("a pipeline job", () => {
  test("becomes a graph with every place known, and children with their states", async () => {
    work = (spec, events) => {
      for (const { spec: step } of (spec as PipelineSpec).steps) events.status(step.job, "Completed");
      return Promise.resolve("Completed");
    };
    await put(
      "pipe",
      pipeline(COMPONENTS.both.jobs, {
        inputs: { raw, by: { jobInputType: "literal", value: "3" } },
        outputs: { result: { jobOutputType: "uri_folder" } },
      }),
    );
    await ended("pipe");
    const { steps, continueOnStepFailure } = ran[0] as PipelineSpec;
    expect(continueOnStepFailure).toBe(true);
    const [p, s] = steps.map(({ spec }) => spec as CommandSpec);
    expect(steps.map(({ name, after }) => [name, ...after])).toEqual([["p"], ["s", "p"]]);
    expect(p!.inputs).toMatchObject({ by: "3", raw: { blob: { path: "data/rows" } } });
    expect(p!.inputs).not.toHaveProperty("more");
    expect(s!.inputs["data"]).toMatchObject({ blob: p!.outputs["clean"]!.blob });
    expect(s!.outputs["out"]!.blob.path).toBe("azureml/pipe/result");
    const { body } = await t.call("GET", `/history/v1.0${W}/runs/pipe/children`);
    expect(body.value).toMatchObject([
      { displayName: "p", status: "Completed", rootRunId: "pipe" },
      { displayName: "s", status: "Completed" },
    ]);
  });

  test("a pipeline component as a step has steps of its own; its output is theirs", async () => {
    const nodes = {
      inner: { type: "pipeline", componentId: "azureml:both:1", inputs: { raw: "${{parent.inputs.raw}}" } },
      last: {
        type: "command",
        componentId: "azureml:score:1",
        inputs: { data: "${{parent.jobs.inner.outputs.result}}" },
      },
    };
    await put(
      "nested",
      pipeline(nodes, {
        inputs: { raw },
        settings: { default_compute: "cpu", continue_on_step_failure: false },
      }),
    );
    await ended("nested");
    const { steps, continueOnStepFailure } = ran[0] as PipelineSpec;
    expect(continueOnStepFailure).toBe(false);
    const inner = steps[0]!.spec as PipelineSpec;
    expect(inner.steps.map(({ name }) => name)).toEqual(["p", "s"]);
    const made = (inner.steps[1]!.spec as CommandSpec).outputs["out"]!.blob;
    expect((steps[1]!.spec as CommandSpec).inputs["data"]).toMatchObject({ blob: made });
    expect((inner.steps[0]!.spec as CommandSpec).inputs["by"]).toBe("5");
  });

  const score = (data: unknown, more: object = {}) => ({
    type: "command",
    componentId: "azureml:score:1",
    inputs: { data },
    ...more,
  });
  test.each<[string, object, RegExp]>([
    [
      "a component that is not there",
      { s: score("x", { componentId: "azureml:none:1" }) },
      /component 'azureml:none:1' was not found/,
    ],
    [
      "a component of a registry",
      { s: score("x", { componentId: "azureml://registries/azureml/components/a/versions/1" }) },
      /lies in a registry/,
    ],
    [
      "a step of a kind that is not run",
      { s: { type: "sweep", componentId: "azureml:tree:1" } },
      /step 's' is of type 'sweep'/,
    ],
    [
      "an input that nobody gives",
      { s: { type: "command", componentId: "azureml:score:1" } },
      /input 'data' of step 's' is not given/,
    ],
    [
      "an input that is none",
      { s: score("${{parent.inputs.raw}}", { inputs: { data: "${{parent.inputs.raw}}", dta: "1" } }) },
      /given 'dta', and its inputs are data/,
    ],
    [
      "a binding to a step that is not there",
      { s: score("${{parent.jobs.q.outputs.o}}") },
      /bound to 'q.outputs.o', and the steps are s/,
    ],
    [
      "a binding to an output that is not there",
      {
        p: { type: "command", componentId: "azureml:prep:1", inputs: { raw: "${{parent.inputs.raw}}" } },
        s: score("${{parent.jobs.p.outputs.o}}"),
      },
      /that step has the outputs clean, note/,
    ],
    [
      "a file where a folder is wanted",
      {
        p: { type: "command", componentId: "azureml:prep:1", inputs: { raw: "${{parent.inputs.raw}}" } },
        s: score("${{parent.jobs.p.outputs.note}}"),
      },
      /input 'data' of step 's' is of type uri_folder, and \$\{\{parent.jobs.p.outputs.note\}\} is of type uri_file/,
    ],
    ["a value where data are wanted", { s: score("5") }, /is of type uri_folder, and 5 is a value/],
    [
      "two of them",
      { a: score("5"), b: { type: "command", componentId: "azureml:score:1" } },
      /of step 'a' is of type[^]*of step 'b' is not given/,
    ],
  ])("with %s is refused", async (_, nodes, message) => {
    const { status, body } = await put("refused", pipeline(nodes, { inputs: { raw } }));
    expect([status, body.error.message]).toEqual([400, expect.stringMatching(message)]);
  });
});

describe("a batch deployment of a pipeline", () => {
  const E = () => `${W}/batchEndpoints/be-pipe`;
  const deployment = (component: string) => ({
    location: "westeurope",
    properties: {
      deploymentConfiguration: {
        deploymentConfigurationType: "PipelineComponent",
        componentId: { referenceType: "Id", assetId: component },
        settings: { default_compute: "cpu" },
      },
    },
  });
  const invoke = (inputData: object, more: object = {}, name = "dep") =>
    t.cloud.batchJobs.submit("be-pipe", name, { properties: { inputData, ...more } }, caller) as Promise<{
      name: string;
      properties: object;
    }>;
  const invoked = { raw: { JobInputType: "UriFolder", Uri: "azureml:rows:1" } };

  test("takes data and values, puts its output where it is asked to, and shows its inputs as jobs do", async () => {
    await t.done("PUT", E(), { location: "westeurope", properties: { authMode: "aadToken" } });
    expect((await t.done("PUT", `${E()}/deployments/dep`, deployment("azureml:both:1"))).status).toBe(200);
    expect(
      (await t.call("PUT", `${E()}/deployments/bad`, deployment("azureml:prep:1"))).body.error.message,
    ).toMatch(/of type pipeline can be deployed/);
    const outputData = {
      result: { jobOutputType: "UriFolder", uri: "azureml://datastores/workspaceblobstore/paths/mine/" },
    };
    const { name } = await invoke(
      { raw: invoked.raw, by: { jobInputType: "Literal", value: 7 } },
      { outputData },
    );
    const { properties } = await ended(name);
    expect(properties["inputs"]).toEqual({
      raw: { jobInputType: "uri_folder", uri: "azureml:rows:1" },
      by: { jobInputType: "literal", value: 7 },
    });
    const [p, s] = (ran[0] as PipelineSpec).steps.map(({ spec }) => spec as CommandSpec);
    expect(p!.inputs["by"]).toBe("7");
    expect(s!.outputs["out"]!.blob.path).toBe("mine");
  });

  test("refuses what its pipeline does not take, all at once", async () => {
    await expect(invoke({ other: invoked.raw })).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/lacks raw, and it does not know other/) as unknown,
    });
  });

  test("may stand for a pipeline job that ran before", async () => {
    await t.call("PUT", `${W}/components/again/versions/1`, {
      properties: { componentSpec: { name: "again", type: "pipeline", sourceJobId: `${W}/jobs/pipe` } },
    });
    await t.done("PUT", `${E()}/deployments/again`, deployment("azureml:again:1"));
    await ended((await invoke({ raw: invoked.raw }, {}, "again")).name);
    const [p] = (ran[0] as PipelineSpec).steps.map(({ spec }) => spec as CommandSpec);
    expect(p!.inputs["by"]).toBe("3"); // the value of that job is the default here
  });
});
