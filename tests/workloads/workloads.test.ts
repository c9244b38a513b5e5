import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { toArm } from "../../specs/kinds.ts";
import { danglingLinks } from "../../specs/links.ts";
import { loadFolder } from "../../specs/load.ts";
import { resourceIds } from "../../specs/resource-ids.ts";
import type { Kind } from "../../specs/types.ts";
import { kindTable } from "../../stacks/kind-table.ts";

const root = join(import.meta.dirname, "../..");
const workloads = join(root, "workloads");
const { documents, problems } = loadFolder(workloads);
const read = (path: string): string => readFileSync(join(workloads, path), "utf8");
const WORKLOADS = ["breast-cancer", "diabetes"];

describe("the workloads that ship", () => {
  test("are read without a problem, and refer to nothing but the stage's cluster", () => {
    expect(problems).toEqual([]);
    expect(danglingLinks(documents, ["compute/cpu-cluster"])).toEqual([]);
    const shipped = documents.filter(({ file }) => !file.includes("/kinds/"));
    expect(shipped.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
      "batchDeployment classifier",
      "batchDeployment regressor",
      "batchEndpoint breast-cancer-batch",
      "batchEndpoint diabetes-batch",
      "environment sklearn",
      "model breast-cancer",
      "model diabetes",
      "onlineDeployment blue",
      "onlineDeployment blue",
      "onlineEndpoint breast-cancer",
      "onlineEndpoint diabetes",
    ]);
  });

  test("have one of every kind that a stage makes and the local Azure keeps", () => {
    const elsewhere: readonly Kind[] = [
      ...(["kubernetesCompute", "vmCompute", "synapseSparkCompute"] as const), // attach what is not of this Azure
      "azureDataLakeGen1", // retired by Azure
      ...(["featureSet", "featureStoreEntity"] as const), // need a feature store
      ...(["automlComponent", "importComponent"] as const), // steps of pipelines that nothing here runs yet
      ...(["commandJob", "pipelineJob", "sweepJob", "sparkJob", "autoMLJob"] as const), // run at every first up: tests/e2e/jobs.proof.ts
    ];
    const made = (Object.keys(kindTable) as Kind[]).filter((kind) => !("refused" in kindTable[kind]));
    const wanted = made.filter((kind) => !elsewhere.includes(kind)).sort();
    expect([...new Set(documents.map(({ kind }) => kind))].sort()).toEqual(wanted);
  });

  test("have a sample for each endpoint, and room in its name for the stage's suffix", () => {
    const endpoints = documents.filter(
      ({ kind, name }) => (kind === "onlineEndpoint" || kind === "batchEndpoint") && name !== "count-batch",
    );
    expect(endpoints).toHaveLength(4);
    for (const { name, sampleRequest, sampleInput } of endpoints) {
      expect(existsSync(sampleRequest ?? sampleInput ?? "")).toBe(true);
      expect(name.length).toBeLessThanOrEqual(20);
    }
  });

  const contract = join(root, "../shared/contract/check.mjs");
  (existsSync(contract) ? test : test.skip)("become bodies that Microsoft's ARM types allow", () => {
    const resolve = resourceIds({
      subscription: "00000000-0000-0000-0000-000000000000",
      resourceGroup: "rg",
      workspace: "ws",
    });
    // A compute instance has settings of another version of the API: the component leaves them out.
    const checked = documents.filter(({ kind }) => kind !== "computeInstance");
    const requests = checked.map((document) => {
      const { resourceType, name, version, body } = toArm(document, resolve, { location: "eastus" });
      const names = [
        "ws",
        ...("endpoint_name" in document.spec ? [document.spec.endpoint_name] : []),
        name,
        ...(resourceType.endsWith("/versions") ? [version ?? "1"] : []),
      ];
      const [provider, ...types] = resourceType.split("/");
      const path = types.map((type, index) => `${type}/${names[index]!}`).join("/");
      const url = `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/${provider!}/${path}?api-version=2025-12-01`;
      return JSON.stringify({ method: "PUT", url, body });
    });
    const { status, stdout } = spawnSync(process.execPath, [contract], {
      input: requests.join("\n"),
      encoding: "utf8",
    });
    expect(stdout).toContain(`checked ${String(checked.length)} bodies`);
    expect([status, /\d+ violations/.exec(stdout)?.[0]]).toEqual([0, "0 violations"]);
  });

  test("ask for the same versions wherever they name them, so that they share one environment", () => {
    const requirements = (conda: string): string[] =>
      (parse(conda) as { dependencies: [string, string, { pip: string[] }] }).dependencies[2].pip;
    const pins = requirements(read("environment/conda.yml"));
    expect(pins.every((pin) => /^[a-z-]+==[\d.]+(;|$)/.test(pin))).toBe(true);
    expect(requirements(read("breast-cancer/model/conda.yaml"))).toEqual(pins);
    expect(read("breast-cancer/model/requirements.txt").trim().split("\n")).toEqual(pins);
    for (const workload of WORKLOADS) {
      const header = /^# dependencies = \[\n((?:#.*\n)*?)# \]$/m.exec(read(`${workload}/train.py`))![1]!;
      const listed = header
        .trim()
        .split("\n")
        .map((line) => /["'](.*)["'],$/.exec(line)![1]);
      expect(listed).toEqual(pins);
    }
  });

  test("hold no artefact above 300 KB, and nothing that Python leaves behind", () => {
    const files = readdirSync(workloads, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes("__pycache__"))
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) expect([file, statSync(file).size < 300 * 1024]).toEqual([file, true]);
  });

  test.each(WORKLOADS)("%s: what scikit-learn answers is there for every sample row", (workload) => {
    const expected = JSON.parse(read(`${workload}/expected.json`)) as {
      online: number[];
      batch: Record<string, number[]>;
    };
    const request = JSON.parse(read(`${workload}/endpoint.sample.json`)) as {
      data?: unknown[];
      input_data?: { data: unknown[] };
    };
    expect(expected.online).toHaveLength((request.data ?? request.input_data!.data).length);
    const files = readdirSync(join(workloads, workload, "batch-endpoint.sample")).sort();
    expect(Object.keys(expected.batch).sort()).toEqual(files);
    for (const file of files) {
      const rows = read(`${workload}/batch-endpoint.sample/${file}`).trim().split("\n").length - 1;
      expect(expected.batch[file]).toHaveLength(rows);
    }
  });
});
