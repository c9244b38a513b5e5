import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { danglingLinks, links } from "../../specs/links.ts";
import { loadFolder } from "../../specs/load.ts";
import type { Loaded } from "../../specs/load.ts";
import { parseSpec } from "../../specs/parse.ts";
import { schema, withFolder } from "./folder.ts";

const ENDPOINT = `${schema("managedOnlineEndpoint")}name: my-endpoint\ntraffic: {blue: 100}\n`;
const DEPLOYMENT = `${schema("managedOnlineDeployment")}
name: blue
endpoint_name: my-endpoint
model: azureml:classifier:1
code_configuration: {code: src, scoring_script: score.py}
environment: azureml:env@latest
instance_type: x
`;
const MODEL = `${schema("model")}name: classifier\nversion: 1\npath: model\ntype: mlflow_model\n`;
const ENVIRONMENT = `${schema("environment")}name: env\nimage: i\nconda_file: ../shared/conda.yml\n`;
const CONDA = "dependencies: [python]\n";
const whole = {
  "endpoint.yml": ENDPOINT,
  "endpoint.sample.json": "{}",
  "blue.yaml": DEPLOYMENT,
  "src/score.py": "",
  "src/settings.yml": "image: this is the script's own\n",
  "model.yml": MODEL,
  "model/conda.yaml": CONDA,
  "model/python_env.yaml": "python: 3.11\n",
  "shared/conda.yml": CONDA,
  "environments/env.yml": ENVIRONMENT,
  ".hidden/x.yml": "not: ours\n",
};

/** Paths relative to the folder. */
const load = (files: Readonly<Record<string, string>>): Loaded =>
  withFolder(files, (folder) => {
    const { documents, problems, warnings } = loadFolder(folder);
    const short = (text: string) => text.replaceAll(`${folder}/`, "");
    return {
      warnings,
      documents: documents.map((document) => ({
        ...document,
        file: short(document.file),
        ...(document.sampleRequest !== undefined && { sampleRequest: short(document.sampleRequest) }),
        ...(document.sampleInput !== undefined && { sampleInput: short(document.sampleInput) }),
      })),
      problems: problems.map((problem) => ({
        ...problem,
        file: short(problem.file),
        message: short(problem.message),
      })),
    };
  });

describe("a folder", () => {
  test("gives its documents, and leaves out what they are made of", () => {
    const { documents, problems } = load(whole);
    expect(problems).toEqual([]);
    expect(documents.map(({ file, kind, name, version }) => [file, kind, name, version])).toEqual([
      ["blue.yaml", "onlineDeployment", "blue", undefined],
      ["endpoint.yml", "onlineEndpoint", "my-endpoint", undefined],
      ["environments/env.yml", "environment", "env", undefined],
      ["model.yml", "model", "classifier", "1"],
    ]);
  });

  test("gives the samples beside endpoints", () => {
    const batch = `${schema("batchEndpoint")}name: my-batch\n`;
    const { documents } = load({ ...whole, "batch.yml": batch, "batch.sample/a.csv": "1" });
    const samples = documents.map(({ name, sampleRequest, sampleInput }) => [
      name,
      sampleRequest,
      sampleInput,
    ]);
    expect(samples).toContainEqual(["my-endpoint", "endpoint.sample.json", undefined]);
    expect(samples).toContainEqual(["my-batch", undefined, "batch.sample"]);
  });

  test("tells every problem of every file, in order", () => {
    const { problems } = load({
      ...whole,
      "a.yml": schema("outboundRule"),
      "b.yml": `${schema("model")}name: x y\npath: nothing\n`,
      "stray.yml": "note: to self\n",
      "broken.yml": "a: [",
    });
    expect(problems.map(({ file, line, path }) => [file, line, path])).toEqual([
      ["a.yml", 1, "$schema"],
      ["b.yml", 2, "name"],
      ["b.yml", 3, "path"],
      ["broken.yml", 1, ""],
      ["stray.yml", 1, ""],
    ]);
  });

  test("takes a spec for a spec, even where code: . makes its folder content", () => {
    const { documents, problems } = load({
      ...whole,
      "blue.yaml": DEPLOYMENT.replace("code: src", "code: ."),
      "score.py": "",
      "loose.yml": "name: m\ntype: custom_model\npath: score.py\n",
    });
    expect(problems).toEqual([expect.objectContaining({ file: "src/settings.yml", path: "name" })]);
    expect(documents.map(({ name }) => name)).toContain("m");
  });

  test("does not make the same thing twice", () => {
    const { problems } = load({ ...whole, "z.yml": ENDPOINT.replace("my-endpoint", "My-Endpoint") });
    expect(problems).toEqual([
      expect.objectContaining({
        file: "z.yml",
        line: 2,
        path: "name",
        message: '"My-Endpoint" is made by endpoint.yml too',
      }),
    ]);
  });

  test("that is not there", () => {
    expect(loadFolder("/nowhere/at/all").problems).toEqual([
      { file: "/nowhere/at/all", line: 1, column: 1, path: "", message: "there is no such folder" },
    ]);
  });
});

describe("links", () => {
  const batch = `${schema("modelBatchDeployment")}
name: bat
endpoint_name: my-batch
type: model
model: azureml:clasifier:1
compute: azureml:cpu
settings: {mini_batch_size: 1}
`;

  test("of a deployment", () => {
    const deployment = load(whole).documents.find(({ kind }) => kind === "onlineDeployment")!;
    expect(links(deployment).map(({ path, to, version }) => [path.join("."), to, version])).toEqual([
      ["endpoint_name", "onlineendpoint/my-endpoint", undefined],
      ["model", "model/classifier", "1"],
      ["environment", "environment/env", undefined],
    ]);
  });

  test("that lead somewhere are no problem", () => {
    expect(danglingLinks(load(whole).documents)).toEqual([]);
  });

  test("that lead nowhere name both ends, and what may be known elsewhere", () => {
    const { documents } = load({ ...whole, "batch.yml": batch });
    const told = (known: string[]) =>
      danglingLinks(documents, known).map(({ file, line, path, message }) => [file, line, path, message]);
    expect(told(["compute/CPU"])).toEqual([
      [
        "batch.yml",
        4,
        "endpoint_name",
        'batchDeployment "bat" refers to batchendpoint "my-batch", which no file and no config makes',
      ],
      [
        "batch.yml",
        6,
        "model",
        'batchDeployment "bat" refers to model "clasifier", which no file and no config makes; did you mean model "classifier"?',
      ],
    ]);
    expect(told([]).map(([, , path]) => path)).toEqual(["endpoint_name", "model", "compute"]);
  });

  test("of traffic to a deployment that no file makes", () => {
    const { documents } = load({ ...whole, "endpoint.yml": ENDPOINT.replace("blue", "green") });
    expect(danglingLinks(documents)).toEqual([
      expect.objectContaining({
        path: "traffic.green",
        message: expect.stringContaining('onlinedeployment "my-endpoint/green"'),
      }),
    ]);
  });
});

test("a placeholder is converted, and refused by a stage", () => {
  const text =
    "$schema: ./azureBlob.schema.json\nname: <NAME>\ntype: azure_blob\naccount_name: acc\ncontainer_name: con\n";
  withFolder({ "d.yml": text }, (folder) => {
    expect(parseSpec(join(folder, "d.yml"), text).document?.name).toBe("<NAME>");
    expect(loadFolder(folder).problems.map(({ line, message }) => [line, message])).toEqual([
      [2, 'found "<NAME>", a placeholder; put what it stands for'],
    ]);
  });
});
