/** What a person sees who made a mistake: every problem of a file at once, with its place. */
import { describe, expect, test } from "@jest/globals";
import { parseText, problemsOf, schema } from "./folder.ts";

const endpoint = (yaml: string) => `${schema("managedOnlineEndpoint")}name: my-endpoint\n${yaml}`;
const deployment = (yaml: string) =>
  `${schema("managedOnlineDeployment")}name: blue\nendpoint_name: my-endpoint\ninstance_type: Standard_DS3_v2\n${yaml}`;
const batch = (yaml: string) =>
  `${schema("modelBatchDeployment")}name: bat\nendpoint_name: my-batch\ntype: model\ncompute: azureml:cpu\n${yaml}`;

describe("every problem of a file at once", () => {
  test("misspelt keys, wrong types, wrong values, missing files", () => {
    const text = `${schema("managedOnlineDeployment")}
name: b
endpoint_name: my-endpoint
model: m:1
enviroment: azureml:e:1
code_configuration:
  code: ./scr
  scoring_script: score.py
instance_type: Standard_DS3_v2
instance_count: two
request_settings:
  request_timeout_ms: 900000
egress_public_network_access: off
`;
    expect(problemsOf(text)).toEqual([
      '3:1 name: found "b"; allowed: 3 to 32 letters, digits and single dashes, a letter first, no dash last',
      '5:1 model: found "m:1"; allowed: "azureml:NAME:VERSION", "azureml:NAME@LABEL", "azureml://registries/REGISTRY/models/NAME/versions/VERSION" or "azureml:" and an ARM id',
      '6:1 enviroment: unknown key "enviroment"; did you mean "environment"?',
      '8:3 code_configuration.code: found "./scr", and there is no such file or folder at /scr',
      '11:1 instance_count: found "two"; allowed: a whole number',
      "13:3 request_settings.request_timeout_ms: found 900000; allowed: 50 to 180000",
      "14:1 egress_public_network_access: found off; allowed: enabled, disabled",
    ]);
  });
});

describe("a key", () => {
  test.each([
    [
      "misspelt",
      endpoint("autH_mode: key\n"),
      ['3:1 autH_mode: unknown key "autH_mode"; did you mean "auth_mode"?'],
    ],
    [
      "in the wrong place",
      endpoint("identity: {typ: none}\n"),
      [
        "3:1 identity.type: is missing; allowed: system_assigned, user_assigned, none, system_assigned,user_assigned",
        '3:12 identity.typ: unknown key "typ"; did you mean "type"?',
      ],
    ],
    [
      "like no other",
      batch("settings: {mini_batch_size: 1, retry_settings: {zzzzz: 1}}\n"),
      ['6:49 settings.retry_settings.zzzzz: unknown key "zzzzz"; known: max_retries, timeout'],
    ],
    [
      "that is missing",
      `${schema("managedOnlineDeployment")}name: blue\ninstance_type: x\n`,
      ["1:1 endpoint_name: is missing; it has to be text"],
    ],
    ["name that is missing", `${schema("model")}path: model\n`, ["1:1 name: is missing; it has to be text"]],
    ["twice", "name: a\nname: b\n", ["2:1 not YAML: Map keys must be unique"]],
  ])("%s", (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });
});

describe("a value", () => {
  test.each([
    [
      "misspelt",
      endpoint("auth_mode: aml_tokn\n"),
      ['3:1 auth_mode: found "aml_tokn"; allowed: key, aml_token, aad_token; did you mean "aml_token"?'],
    ],
    ["of the wrong type", endpoint("traffic: 100\n"), ["3:1 traffic: found 100; allowed: a mapping"]],
    [
      "of a list",
      deployment("data_collector: {collections: {}, request_logging: {capture_headers: [1]}}\n"),
      ["5:71 data_collector.request_logging.capture_headers[0]: found 1; allowed: text"],
    ],
    [
      "neither text nor mapping",
      deployment("model: [1]\n"),
      ["5:1 model: found [1]; allowed: text or a mapping"],
    ],
    [
      "inside of what is written in place",
      deployment("model: {path: model, tipe: mlflow_model}\n"),
      ['5:22 model.tipe: unknown key "tipe"; did you mean "type"?'],
    ],
    [
      "a date where text is meant",
      `${schema("model")}name: m\npath: model\nversion: 2024-01-01\n`,
      ["4:1 version: found 2024-01-01; allowed: text or a number"],
    ],
    [
      "nothing where text is meant",
      endpoint("tags: {a: }\n"),
      ["3:8 tags.a: found null; allowed: text or a number or true or false"],
    ],
  ])("%s", (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });
});

describe("a missing file", () => {
  test.each([
    [
      "model",
      `${schema("model")}name: m\npath: ./nothing\n`,
      '3:1 path: found "./nothing", and there is no such file or folder at /nothing',
    ],
    [
      "scoring script",
      deployment("code_configuration: {code: src, scoring_script: main.py}\n"),
      /no such file or folder at \/src\/main\.py$/,
    ],
    [
      "conda file",
      `${schema("environment")}name: e\nimage: a\nconda_file: no.yml\n`,
      '4:1 conda_file: found "no.yml", and there is no such file or folder at /no.yml',
    ],
    [
      "Dockerfile",
      `${schema("environment")}name: e\nbuild: {path: model}\n`,
      /no such file or folder at \/model\/Dockerfile$/,
    ],
    [
      "file that is a folder",
      `${schema("data")}name: d\ntype: uri_file\npath: src\n`,
      '4:1 path: found "src", a folder; allowed: a file',
    ],
    [
      "folder that is a file",
      `${schema("data")}name: d\npath: rows.csv\n`,
      '3:1 path: found "rows.csv", a file; allowed: a folder',
    ],
  ])("%s", (_, text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    if (typeof expected === "string") expect(problems).toEqual([expected]);
    else expect(problems[0]).toMatch(expected);
  });

  test("a conda file that is none is told with its own place", () => {
    const text = `${schema("environment")}name: e\nimage: a\nconda_file: rows.csv\n`;
    expect(parseText(text).problems).toEqual([
      { file: "/rows.csv", line: 1, column: 1, path: "", message: "found null; allowed: a mapping" },
    ]);
  });
});
