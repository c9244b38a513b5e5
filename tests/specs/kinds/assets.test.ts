/** Bodies as azure-ai-ml 1.35.2 makes them of the same files. */
import { describe, expect, test } from "@jest/globals";
import { parseText, schema } from "../folder.ts";
import { bodyOf } from "./body.ts";

describe("assets", () => {
  const anonymity = { isAnonymous: false, isArchived: false };
  test("environment with an image and a conda file", () => {
    const text = `${schema("environment")}name: e\nversion: 1\nimage: mcr.microsoft.com/x:latest\nconda_file: ./conda.yml\ndescription: d\ntags: {a: b}\n`;
    expect(bodyOf(text)).toEqual({
      properties: {
        description: "d",
        tags: { a: "b" },
        image: "mcr.microsoft.com/x:latest",
        condaFile:
          "channels:\n- conda-forge\ndependencies:\n- python=3.10\n- pip:\n  - x>=1\n  - 'on'\n  - '1.0'\nname: env\n",
        ...anonymity,
      },
    });
  });

  test("environment with a build context", () => {
    const text = `${schema("environment")}
name: e
build: {path: ./src, dockerfile_path: Dockerfile}
os_type: Linux
inference_config:
  liveness_route: {path: /a, port: 8080}
  readiness_route: {path: /b, port: 8080}
  scoring_route: {path: /c, port: 8080}
`;
    expect(bodyOf(text)).toEqual({
      properties: {
        build: { contextUri: "/src", dockerfilePath: "Dockerfile" },
        osType: "linux",
        inferenceConfig: {
          livenessRoute: { port: 8080, path: "/a" },
          scoringRoute: { port: 8080, path: "/c" },
          readinessRoute: { port: 8080, path: "/b" },
        },
        ...anonymity,
      },
    });
  });

  test("model", () => {
    const text = `${schema("model")}
name: m
path: ./model
type: mlflow_model
description: d
tags: {a: 1, b: true}
properties: {p: q}
flavors: {sklearn: {sklearn_version: "1.5"}}
stage: Production
`;
    expect(bodyOf(text)).toEqual({
      properties: {
        description: "d",
        tags: { a: "1", b: "True" },
        properties: { p: "q" },
        flavors: { sklearn: { data: { sklearn_version: "1.5" } } },
        modelType: "mlflow_model",
        modelUri: "/model",
        stage: "Production",
        ...anonymity,
      },
    });
  });

  test.each<[string, string, object]>([
    [
      "a file by URI",
      "type: uri_file\npath: https://x/c/a.csv",
      { dataType: "uri_file", dataUri: "https://x/c/a.csv" },
    ],
    ["a folder unless it says otherwise", "path: ./src", { dataType: "uri_folder", dataUri: "/src" }],
    ["a local file", "type: uri_file\npath: rows.csv", { dataType: "uri_file", dataUri: "/rows.csv" }],
  ])("data: %s", (_, yaml, expected) => {
    expect(bodyOf(`${schema("data")}name: d\n${yaml}\n`)).toEqual({
      properties: { ...anonymity, tags: {}, properties: {}, ...expected },
    });
  });

  test("data: an MLTable names what it reads", () => {
    const { document } = parseText(`${schema("data")}name: d\ntype: mltable\npath: ./table\n`);
    expect(document?.spec).toMatchObject({
      referenced_uris: [
        expect.stringMatching(/\/table\/part\.csv$/),
        "https://account.blob.core.windows.net/container/rows",
      ],
    });
  });

  test.each([
    ["version: 1", "1"],
    ["version: 1.0", "1.0"],
    ["version: 1.10", "1.1"],
    ["version: '1.10'", "1.10"],
    ["version: 2024-01", "2024-01"],
    ["version: 12e34", "12e34"],
    ["version: y", "y"],
  ])("%s is %s, as for Microsoft's client", (yaml, version) => {
    expect(parseText(`${schema("model")}name: m\npath: model\n${yaml}\n`).document?.version).toBe(version);
  });
});
