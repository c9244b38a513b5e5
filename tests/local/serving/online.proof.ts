import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import { createFrontDoor } from "@azure-ml-as-code/local/serving/front-door.ts";
import type { FrontDoor } from "@azure-ml-as-code/local/serving/front-door.ts";
import { createServing } from "@azure-ml-as-code/local/serving/serving.ts";
import type { LocalServing } from "@azure-ml-as-code/local/serving/serving.ts";
import {
  callerOf,
  deploymentSpec,
  directoryOf,
  endpointView,
  eventually,
  folderBlobs,
  probe,
  processesWith,
  quiet,
  removeFolder,
  tableTokens,
  temporaryFolder,
} from "./support.ts";
import type { Caller, FolderBlobs } from "./support.ts";

/** Answers with its name; does what the request says. Needs nothing but Python. */
const SCORE = `
import json, os, time
from helper import NAME

def init():
    print("init of", NAME)

def run(raw_data):
    request = json.loads(raw_data)
    time.sleep(request.get("sleep", 0))
    if "raise" in request:
        raise ValueError(request["raise"])
    if "exit" in request:
        os._exit(9)
    if "kill" in request:
        os.kill(os.getppid(), 9)
        time.sleep(30)
    return {"name": NAME, "pid": os.getppid(), "model": os.listdir(os.environ["AZUREML_MODEL_DIR"]), "echo": request,
            "setting": os.environ.get("SETTING")}
`;

let folder: string;
let blobs: FolderBlobs;
let serving: LocalServing;
let door: FrontDoor;
let call: Caller;
const directory = directoryOf();
let draws = 0.5;

const key = { authorization: "Bearer key-two", "content-type": "application/json" };
const score = (body: object, headers = {}) =>
  call("/endpoints/ep/score", { headers: { ...key, ...headers }, body: JSON.stringify(body) });
const named = (name: string) => ({ "azureml-model-deployment": name });
const setView = (view: Parameters<typeof endpointView>[0]) =>
  directory.endpoints.set(
    "ep",
    endpointView({
      deployments: { blue: "/endpoints/ep/deployments/blue", green: "/endpoints/ep/deployments/green" },
      ...view,
    }),
  );

async function specOf(deployment: string, name: string, script = SCORE) {
  const code = await blobs.put(`code/${name}/src`, { "score.py": script, "helper.py": `NAME = "${name}"\n` });
  const model = await blobs.put("models/m/model.txt", {}).then(async (blob) => {
    await blobs.write(blob, "weights");
    return blob;
  });
  return deploymentSpec({
    id: `/endpoints/ep/deployments/${deployment}`,
    deployment,
    model: { name: "m", version: "3", type: "custom_model", blob: model },
    code: { blob: code, scoringScript: "score.py" },
    environmentVariables: { SETTING: `of ${name}` },
  });
}

beforeAll(async () => {
  folder = await temporaryFolder();
  blobs = folderBlobs(join(folder, "blobs"));
  serving = await createServing({ dir: join(folder, "serving"), blobs, log: quiet });
  const tls = await ensureTls(join(folder, "tls"));
  door = await createFrontDoor({
    tls,
    port: 0,
    directory,
    tokens: tableTokens,
    serving,
    log: quiet,
    random: () => draws,
    access: { refusal: () => undefined },
    batchJobs: {
      submit: (endpoint, deployment, body, caller) =>
        Promise.resolve({ name: "job-1", endpoint, deployment, body, caller: caller.oid }),
      get: (_, job) => Promise.resolve({ name: job, properties: { status: "Completed" } }),
    },
  });
  call = callerOf(door.port, tls.ca);
  setView({ traffic: { blue: 100 } });
  await serving.deploy(await specOf("blue", "blue-1"));
});

afterAll(async () => {
  await door.close();
  await serving.close();
  expect(await processesWith(folder)).toEqual([]);
  await removeFolder(folder);
});

describe("an answer", () => {
  test("is the script's, with the headers of the front door", async () => {
    const answer = await score({ x: 1 }, { "x-ms-request-id": "mine" });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({
      name: "blue-1",
      model: ["model.txt"],
      echo: { x: 1 },
      setting: "of blue-1",
    });
    expect(answer.headers).toMatchObject({
      server: "azureml-frontdoor",
      "azureml-model-deployment": "blue",
      "x-ms-request-id": "mine",
      "x-ms-server-version": expect.stringContaining("azmlinfsrv/1.5"),
    });
  });

  test("of swagger.json and the health route are the server's", async () => {
    const swagger = await call("/endpoints/ep/swagger.json?version=3", { method: "GET", headers: key });
    expect(JSON.parse(swagger.body)).toMatchObject({ openapi: expect.any(String) });
    expect((await call("/endpoints/ep/", { method: "GET", headers: key })).body).toBe("Healthy");
  });

  test("comes from a server that only this machine can reach", async () => {
    const { pid } = JSON.parse((await score({})).body) as { pid: number };
    const { execFileSync } = await import("node:child_process");
    const listening = execFileSync("python3", ["-c", LISTENERS, String(pid)], { encoding: "utf8" });
    expect(JSON.parse(listening)).toEqual(["127.0.0.1"]);
  });

  test("is 424 with the model's own status and words when the script fails", async () => {
    const answer = await score({ raise: "bad row" });
    expect(answer.status).toBe(424);
    expect(answer.headers).toMatchObject({
      "ms-azureml-model-error-statuscode": "500",
      "ms-azureml-model-error-reason": "model_error",
    });
    expect(JSON.parse(answer.body)).toHaveProperty("message");
    expect(await serving.logs("/endpoints/ep/deployments/blue", "InferenceServer", 50)).toContain("bad row");
  });

  test("is 408 past the request timeout, and 429 past the queue", async () => {
    const spec = {
      ...(await specOf("green", "slow")),
      requestTimeoutMs: 700,
      maxConcurrentRequestsPerInstance: 1,
    };
    await serving.deploy(spec);
    const answers = await Promise.all([1, 2, 3].map(() => score({ sleep: 1.5 }, named("green"))));
    expect(answers.map(({ status }) => status).sort()).toEqual([408, 408, 429]);
    expect(JSON.parse(answers[2]!.body)).toMatchObject({ error: { code: expect.any(String) } });
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.headers["ms-azureml-model-error-reason"]).toBe("too_many_pending_request");
    expect(serving.metrics(spec.id)).toMatchObject({
      requests: 3,
      errors: 3,
      byStatus: { 408: 2, 429: 1 },
      inFlight: 0,
    });
    await serving.remove(spec.id);
  });
});

/** Logs to the data collector in the way of `azureml-ai-monitoring`: the same request to the same place. */
const COLLECTING = `
import json, os, urllib.request

def init():
    config = json.load(open(os.environ["AZUREML_MDC_CONFIG_PATH"]))
    assert config["collections"]["model_inputs"]["enabled"]

def run(raw_data):
    url = f"http://{os.environ['AZUREML_MDC_HOST']}:{os.environ['AZUREML_MDC_PORT']}/modeldata/log"
    headers = {"Content-Type": "application/json", "ce-type": "azureml.inference.model_inputs", "ce-x-request-id": "c-1",
               "ce-collect-data-type": "pandas.core.frame.DataFrame", "ce-agent": "azureml-ai-monitoring/1", "ce-model-version": "3"}
    urllib.request.urlopen(urllib.request.Request(url, json.dumps([{"x": 1}]).encode(), headers)).read()
    return [42]
`;

test("a data collector keeps requests, answers and what the script logs, as Azure lays them out", async () => {
  const at = (name: string) => ({
    account: "acc",
    container: "data",
    path: `modelDataCollector/ep/green/${name}`,
  });
  const spec = await specOf("green", "collecting", COLLECTING);
  await serving.deploy({
    ...spec,
    dataCollector: {
      source: "/subscriptions/s/endpoints/ep/deployments/green",
      rollingRate: "Hour",
      captureHeaders: ["X-Tenant"],
      collections: {
        request: { folder: at("request"), samplingRate: 1 },
        response: { folder: at("response"), samplingRate: 1 },
        model_inputs: { folder: at("model_inputs"), samplingRate: 1 },
        never: { folder: at("never"), samplingRate: 0 },
      },
    },
  });
  const answer = await score({ ask: 1 }, { ...named("green"), "x-ms-request-id": "r-1", "x-tenant": "t" });
  expect(answer.status).toBe(200);
  await serving.remove(spec.id);

  const events = async (name: string) => {
    const folder = blobs.local(at(name));
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".jsonl"));
    expect(files).toEqual([expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\d\d\/[0-9a-f-]{36}\.jsonl$/)]);
    const lines = (await readFile(join(folder, files[0]!), "utf8")).trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line) as object);
  };
  const common = { specversion: "1.0", source: "/subscriptions/s/endpoints/ep/deployments/green" };
  expect(await events("request")).toMatchObject([
    {
      ...common,
      type: "azureml.inference.request",
      data: { ask: 1 },
      path: "/score",
      method: "POST",
      "x-tenant": "t",
      xrequestid: "r-1",
      contentrange: "bytes 0-8/9",
    },
  ]);
  expect(await events("response")).toMatchObject([
    { ...common, type: "azureml.inference.response", data: [42], correlationid: "r-1" },
  ]);
  expect(await events("model_inputs")).toMatchObject([
    {
      ...common,
      type: "azureml.inference.model_inputs",
      data: [{ x: 1 }],
      modelversion: "3",
      correlationid: "c-1",
    },
  ]);
});

/** Local addresses on which a process of the group listens. */
const LISTENERS = `
import glob, json, os, socket, struct, sys
inodes = {os.readlink(f)[8:-1] for f in glob.glob(f"/proc/{sys.argv[1]}/fd/*") if os.path.exists(f) or os.path.islink(f)
          if os.readlink(f).startswith("socket:")}
found = []
for line in open("/proc/net/tcp").read().splitlines()[1:] + open("/proc/net/tcp6").read().splitlines()[1:]:
    cells = line.split()
    if cells[3] == "0A" and cells[9] in inodes:
        address = cells[1].split(":")[0]
        found.append(socket.inet_ntoa(struct.pack("<L", int(address, 16))) if len(address) == 8 else address)
print(json.dumps(found))
`;

describe("who may ask", () => {
  const status = async (headers: object) =>
    (await call("/endpoints/ep/score", { headers: { ...headers }, body: "{}" })).status;

  test("keys of the endpoint, tokens for it, or Entra tokens for Azure ML, by its sign-in", async () => {
    const ask = async (authMode: "Key" | "AMLToken" | "AADToken") => {
      setView({ authMode, traffic: { blue: 100 } });
      const bearers = [
        "key-one",
        "key-three",
        "/endpoints/ep|me",
        "https://ml.azure.com|me",
        "https://other|me",
      ];
      return Promise.all(bearers.map((bearer) => status({ authorization: `Bearer ${bearer}` })));
    };
    expect(await ask("Key")).toEqual([200, 401, 401, 401, 401]);
    expect(await ask("AMLToken")).toEqual([401, 401, 200, 401, 401]);
    expect(await ask("AADToken")).toEqual([401, 401, 401, 200, 401]);
    setView({ traffic: { blue: 100 } });
    expect(await status({})).toBe(401);
    expect(await status({ authorization: "Basic a2V5LW9uZQ==" })).toBe(401);
  });
});

describe("where a request goes", () => {
  test("nowhere without positive traffic, but to a deployment that is named", async () => {
    setView({ traffic: { blue: 0 } });
    expect((await score({})).status).toBe(404);
    expect((await score({}, named("BLUE"))).status).toBe(200);
    setView({ traffic: { blue: 100 } });
    expect((await score({}, named("red"))).status).toBe(404);
    expect((await call("/endpoints/none/score", { headers: key })).status).toBe(404);
    expect((await call("/elsewhere")).status).toBe(404);
  });

  test("by weight, and a copy to the mirror", async () => {
    const green = await specOf("green", "green-1");
    await serving.deploy(green);
    setView({ traffic: { blue: 60, green: 40 } });
    draws = 0.59;
    expect(JSON.parse((await score({})).body)).toHaveProperty("name", "blue-1");
    draws = 0.61;
    expect(JSON.parse((await score({})).body)).toHaveProperty("name", "green-1");

    setView({ traffic: { blue: 100 }, mirrorTraffic: { green: 10 } });
    const copies = () => serving.metrics(green.id)!.requests;
    const before = copies();
    draws = 0.05;
    expect(JSON.parse((await score({ copy: "me" })).body)).toHaveProperty("name", "blue-1");
    await eventually(() => copies() === before + 1);
    await score({}, named("blue"));
    draws = 0.5;
    await score({});
    expect(serving.metrics(green.id)).toMatchObject({ requests: before + 1, inFlight: 0 });
    setView({ traffic: { blue: 100 } });
  });
});

describe("a deployment that can't start", () => {
  const failing = async (script: string, values = {}) => {
    const error: unknown = await serving
      .deploy({ ...(await specOf("broken", "broken", script)), ...values })
      .catch((reason: unknown) => reason);
    return error;
  };

  test.each([
    ["without run()", "def init(): pass\n", /does not have a run\(\) function defined/],
    ["with a missing module", "import nope\n", /ModuleNotFoundError: No module named 'nope'/],
    [
      "with a failing init()",
      "def init(): raise RuntimeError('no weights')\ndef run(data): pass\n",
      /RuntimeError: no weights/,
    ],
  ])("%s is told in the server's words, with its log", async (_, script, words) => {
    const error = await failing(script);
    expect(error).toMatchObject({ name: "ServingError", code: "ResourceNotReady" });
    expect((error as Error).message).toMatch(words);
    expect((error as Error).message).toContain("Last lines of its log:");
    expect(await serving.logs("/endpoints/ep/deployments/broken", "InferenceServer", 100)).toMatch(words);
  });

  test("that never answers is given up when its probe is", async () => {
    const script = "import time\ndef init(): time.sleep(600)\ndef run(data): pass\n";
    const readiness = probe({ initialDelay: 1, period: 1, failureThreshold: 1, timeout: 1 });
    const started = Date.now();
    expect(await failing(script, { readiness })).toMatchObject({
      message: expect.stringContaining("did not answer its readiness probe within 2 s"),
    });
    expect(Date.now() - started).toBeLessThan(30_000);
  });

  test("whose script is not in the code says what is", async () => {
    const spec = await specOf("broken", "broken");
    const error = serving.deploy({ ...spec, code: { ...spec.code!, scoringScript: "main.py" } });
    await expect(error).rejects.toThrow("no scoring script main.py; it has: helper.py, score.py");
  });

  test("whose environment can't be solved gets what uv said", async () => {
    const environment = { name: "e", version: "1", condaFile: "dependencies: [{pip: ['flask==99.1']}]" };
    const error = await failing(SCORE, { environment });
    expect(error).toMatchObject({
      code: "ImageBuildFailure",
      message: expect.stringMatching(/flask==99\.1.*unsatisfiable/s),
    });
  });

  test("leaves nothing running", async () => {
    await serving.remove("/endpoints/ep/deployments/broken");
    expect(await processesWith(join(folder, "serving/online/broken-"))).toEqual([]);
  });
});

describe("without a lost request", () => {
  /** Asks without a pause, six at a time, until `work` is done; resolves to all answers. */
  async function hammer(work: () => Promise<void>) {
    let done = false;
    const answers: { status: number; name: string }[] = [];
    const caller = async () => {
      while (!done) {
        const { status, body } = await score({ sleep: 0.005 });
        answers.push({ status, name: String((JSON.parse(body) as { name?: string }).name) });
      }
    };
    const callers = Array.from({ length: 6 }, caller);
    await work().finally(() => (done = true));
    await Promise.all(callers);
    return answers;
  }
  const names = (answers: { name: string }[]) => [...new Set(answers.map(({ name }) => name))];
  const pid = async () => (JSON.parse((await score({})).body) as { pid: number }).pid;
  const last = async () => (JSON.parse((await score({})).body) as { name: string }).name;

  test("a new spec takes over from the old one", async () => {
    const answers = await hammer(async () => {
      await serving.deploy(await specOf("blue", "blue-2"));
      await eventually(async () => (await last()) === "blue-2");
    });
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(names(answers)).toEqual(["blue-1", "blue-2"]);
  });

  test("a new spec that fails leaves the old one at work", async () => {
    const answers = await hammer(async () => {
      await expect(serving.deploy(await specOf("blue", "blue-3", "import nope\n"))).rejects.toThrow("nope");
    });
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(names(answers)).toEqual(["blue-2"]);
  });

  test("traffic moves to another deployment, and the first is removed", async () => {
    const answers = await hammer(async () => {
      await serving.deploy(await specOf("green", "green-2"));
      draws = 0.7;
      setView({ traffic: { blue: 50, green: 50 } });
      await eventually(async () => (await last()) === "green-2");
      setView({ traffic: { blue: 0, green: 100 } });
      await serving.remove("/endpoints/ep/deployments/blue");
    });
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(names(answers)).toEqual(["blue-2", "green-2"]);
    expect(await processesWith(join(folder, "serving/online/blue-"))).toEqual([]);
  });

  test("the same spec again changes nothing", async () => {
    const before = await pid();
    await serving.deploy(await specOf("green", "green-2"));
    expect(await pid()).toBe(before);
  });

  test("an instance is killed: what it was at goes to the other, and it is brought up again", async () => {
    await serving.deploy({ ...(await specOf("green", "pair")), instanceCount: 2 });
    const pids = new Set<number>();
    const both = async () => {
      while (pids.size < 2) pids.add(await pid());
    };
    await both();
    const [first] = pids;
    const answers = await hammer(async () => {
      process.kill(first!, "SIGKILL");
      await eventually(async () => (pids.add(await pid()), pids.size === 3));
    });
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(answers.length).toBeGreaterThan(20);
  });

  test("but for one that ends whoever gets it: that is not sent on for ever", async () => {
    const before = new Set([await pid(), await pid()]);
    expect((await score({ kill: true })).status).toBe(424);
    await eventually(async () => {
      const { status, body } = await score({});
      return status === 200 && !before.has((JSON.parse(body) as { pid: number }).pid);
    });
  });
});

describe("batch", () => {
  const token = { authorization: "Bearer https://ml.azure.localhost|me" };

  test("requests go to the workspace's jobs with a token", async () => {
    const body = JSON.stringify({ properties: {} });
    const submitted = await call("/batch/batches/jobs", { headers: { ...token, ...named("two") }, body });
    expect(submitted.status).toBe(200);
    expect(JSON.parse(submitted.body)).toEqual({
      name: "job-1",
      endpoint: "batches",
      deployment: "two",
      body: { properties: {} },
      caller: "me",
    });
    const got = await call("/batch/batches/jobs/job-7", { method: "GET", headers: token });
    expect(JSON.parse(got.body)).toMatchObject({ name: "job-7" });
  });

  test.each([
    ["/batch/batches/jobs", {}, "{}", 401],
    ["/batch/none/jobs", token, "{}", 404],
    ["/batch/batches/other", token, "{}", 404],
    ["/batch/batches/jobs/x", token, "{}", 405],
    ["/batch/batches/jobs", token, "{", 400],
  ])("%s with %j and %s is refused with %d", async (path, headers, body, status) => {
    const answer = await call(path, { headers, body });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: { code: expect.any(String), message: expect.any(String) },
    });
  });
});
