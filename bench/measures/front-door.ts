/** A scoring server asked through the local front door, against the same server asked directly. */
import { fork } from "node:child_process";
import { join } from "node:path";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import { createFrontDoor } from "@azure-ml-as-code/local/serving/front-door.ts";
import { createServing } from "@azure-ml-as-code/local/serving/serving.ts";
import {
  deploymentSpec,
  directoryOf,
  endpointView,
  folderBlobs,
  quiet,
  tableTokens,
} from "../../tests/local/serving/support.ts";
import { atLeast, paired, ratio } from "../figures.ts";
import type { Figure, Measure } from "../figures.ts";
import type { Load, Loaded } from "./load-client.ts";

const SCORE = `
import json

def init():
    pass

def run(raw_data):
    return [sum(row) for row in json.loads(raw_data)["data"]]
`;
const BODY = JSON.stringify({ data: Array.from({ length: 20 }, (_, row) => [row, row / 2, row / 3]) });
const CLIENTS = 4;

/** From a process of its own: what asks must not take the door's time. */
function load(what: Load): Promise<Loaded> {
  const child = fork(join(import.meta.dirname, "load-client.ts"), {
    env: { ...process.env, ...(what.caFile !== undefined && { NODE_EXTRA_CA_CERTS: what.caFile }) },
  });
  child.send(what);
  return new Promise((resolve, reject) => {
    child.once("message", (loaded) => {
      resolve(loaded as Loaded);
    });
    child.once("exit", (code) => {
      reject(new Error(`the client ended with ${String(code)}`));
    });
  });
}

export const frontDoor: Measure = {
  about: "requests through the front door against the scoring server directly",
  async run({ quick, pairs, folder }) {
    const blobs = folderBlobs(join(folder, "door-blobs"));
    const serving = await createServing({ dir: join(folder, "door-serving"), blobs, log: quiet });
    const tls = await ensureTls(join(folder, "door-tls"));
    const directory = directoryOf();
    const deployment = "/endpoints/ep/deployments/blue";
    directory.endpoints.set(
      "ep",
      endpointView({ traffic: { blue: 100 }, deployments: { blue: deployment } }),
    );
    const door = await createFrontDoor({
      ...{ tls, port: 0, directory, tokens: tableTokens, serving, log: quiet },
      access: { refusal: () => undefined },
      batchJobs: {
        submit: () => Promise.reject(new Error("no batch endpoint here")),
        get: () => Promise.reject(new Error("no batch endpoint here")),
      },
    });
    try {
      const code = await blobs.put("code/src", { "score.py": SCORE });
      await serving.deploy(
        deploymentSpec({
          ...{ id: deployment, deployment: "blue", code: { blob: code, scoringScript: "score.py" } },
          maxConcurrentRequestsPerInstance: 2 * CLIENTS,
        }),
      );
      const target = serving.target(deployment);
      if (!target) throw new Error("the deployment is not up");
      const lease = target.acquire();
      if (typeof lease === "string") throw new Error(`the deployment is ${lease}`);
      const ms = quick ? 4_000 : 10_000;
      const through: Load = {
        ...{ url: `${door.url}/endpoints/ep/score`, body: BODY, clients: CLIENTS, ms },
        ...{ bearer: "key-two", caFile: tls.caFile },
      };
      const direct: Load = {
        ...{ url: `http://127.0.0.1:${String(lease.port)}/score`, body: BODY, clients: CLIENTS, ms },
      };
      await Promise.all([load({ ...through, ms: 1_000 }), load({ ...direct, ms: 1_000 })]);
      const seen: { door: Loaded; direct: Loaded }[] = [];
      const rates = await paired(
        pairs,
        async (pair) => {
          const door = await load(through);
          seen[pair] = { ...seen[pair]!, door };
          return door.perSecond;
        },
        async (pair) => {
          const direct_ = await load(direct);
          seen[pair] = { ...seen[pair]!, direct: direct_ };
          return direct_.perSecond;
        },
      );
      const percentile = (name: "p50" | "p99"): Figure =>
        ratio(
          `front-door/${name}`,
          { ours: seen.map(({ door: one }) => one[name]), against: seen.map(({ direct: one }) => one[name]) },
          { ours: "front door", against: "scoring server", unit: "ms" },
        );
      return [
        ratio(
          "front-door/throughput",
          rates,
          { ours: "front door", against: "scoring server", unit: "requests/s" },
          atLeast(0.85),
        ),
        percentile("p50"),
        percentile("p99"),
      ];
    } finally {
      await door.close();
      await serving.close();
    }
  },
};
