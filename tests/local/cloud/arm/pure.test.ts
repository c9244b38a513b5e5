import { describe, expect, test } from "@jest/globals";
import { durationMs } from "@azure-ml-as-code/local/cloud/arm/durations.ts";
import { ancestry, idOf, keyOf, parentKeyOf, parseTarget } from "@azure-ml-as-code/local/cloud/arm/id.ts";
import { mergePatch, sameJson, setAt, takeAt, withDefaults } from "@azure-ml-as-code/local/cloud/arm/json.ts";
import { parseBatchRequest } from "@azure-ml-as-code/local/cloud/arm/ml/batch-request.ts";
import { trafficProblems, type TrafficState } from "@azure-ml-as-code/local/cloud/arm/ml/traffic.ts";
import { masked } from "@azure-ml-as-code/local/cloud/arm/requests.ts";

describe("paths", () => {
  const rg = "/subscriptions/s/resourceGroups/g";

  test.each([
    [rg, "resource", rg],
    [`${rg}/providers/A.B/c/d`, "resource", `${rg}/providers/A.B/c/d`],
    [`${rg}/PROVIDERS/A.B/c/d/e/f`, "resource", `${rg}/providers/A.B/c/d/e/f`],
    [`${rg}/providers/A.B/c/providers`, "resource", `${rg}/providers/A.B/c/providers`],
    [`${rg}/providers/A.B/c/d/providers/E.F/g/h`, "resource", `${rg}/providers/A.B/c/d/providers/E.F/g/h`],
  ])("%s is a resource", (path, kind, id) => {
    const target = parseTarget(path);
    expect(target.kind).toBe(kind);
    expect(target.kind === "resource" && idOf(target.path)).toBe(id);
  });

  test.each([
    [`${rg}/providers/A.B/c`, "c", `${rg}/providers/A.B`],
    [`${rg}/providers/A.B/c/d/listKeys`, "listKeys", `${rg}/providers/A.B/c/d`],
    ["/subscriptions/s/providers/A.B/c", "c", "/subscriptions/s/providers/A.B"],
  ])("%s has %s too many", (path, last, rest) => {
    const target = parseTarget(path);
    expect(target.kind === "collection" && [target.last, idOf(target.path)]).toEqual([last, rest]);
  });

  test.each([
    "/subscriptions",
    "/subscriptions/s",
    "/subscriptions/s/resourceGroups",
    "/subscriptions/s/providers/A.B",
  ])("%s names no resource", (path) => expect(parseTarget(path).kind).toBe("other"));

  test("a child's parent is the resource above it, an extension's the resource it extends", () => {
    const parent = (path: string) => {
      const target = parseTarget(path);
      return target.kind === "resource" ? parentKeyOf(target.path) : undefined;
    };
    expect(parent(`${rg}/providers/A.B/c/D/e/f`)).toBe(keyOf(`${rg}/providers/A.B/c/D`));
    expect(parent(`${rg}/providers/A.B/c/D/providers/E.F/g/h`)).toBe(keyOf(`${rg}/providers/A.B/c/D`));
    expect(parent(`${rg}/providers/A.B/c/D`)).toBe(keyOf(rg));
  });

  test("ancestry reaches from the resource to the subscription", () => {
    const found = ancestry(keyOf(`${rg}/providers/A.B/c/D/e/f`));
    expect(found[0]).toBe(keyOf(`${rg}/providers/A.B/c/D/e/f`));
    expect(found).toContain(keyOf(`${rg}/providers/A.B/c/D`));
    expect(found).toContain("/subscriptions/s");
  });
});

describe("json", () => {
  test("defaults fill what is missing or null, member by member, and leave the rest", () => {
    expect(withDefaults({ a: { b: 1, c: null }, e: [] }, { a: { b: 2, c: 3, d: 4 }, e: [1] })).toEqual({
      a: { b: 1, c: 3, d: 4 },
      e: [],
    });
  });

  test("a merge patch removes by null", () => {
    expect(mergePatch({ a: 1, b: { c: 1, d: 2 } }, { a: null, b: { c: 3 } })).toEqual({ b: { c: 3, d: 2 } });
  });

  test("ids are the same in any case, other texts are not", () => {
    expect(sameJson({ x: "/subscriptions/S/y", n: null }, { x: "/SUBSCRIPTIONS/s/Y" })).toBe(true);
    expect(sameJson("blue", "Blue")).toBe(false);
    expect(sameJson([1, 2], [2, 1])).toBe(false);
  });

  test("paths are set and taken", () => {
    const value = {};
    setAt(value, "a.b.c", 1);
    expect(value).toEqual({ a: { b: { c: 1 } } });
    expect(takeAt(value, "a.b.c")).toBe(1);
    expect(value).toEqual({ a: { b: {} } });
    expect(takeAt(value, "a.x.y")).toBeUndefined();
  });
});

test.each([
  ["PT30S", 30_000],
  ["PT0.5S", 500],
  ["PT5M", 300_000],
  ["P1DT1H", 90_000_000],
  ["PT", undefined],
  ["P", undefined],
  ["30", undefined],
  ["P1M", undefined],
])("the duration %s is %s ms", (text, ms) => expect(durationMs(text)).toBe(ms));

describe("traffic", () => {
  const good: TrafficState = {
    traffic: { blue: 90, green: 10 },
    mirrorTraffic: {},
    before: { blue: 100 },
    deployments: { blue: "Succeeded", Green: "Succeeded" },
    kubernetes: false,
  };
  const withState = (more: Partial<TrafficState>) => trafficProblems({ ...good, ...more }).join("\n");

  test.each<[string, Partial<TrafficState>]>([
    ["shares that sum to 100, names in any case", {}],
    ["none", { traffic: {} }],
    ["zeros", { traffic: { blue: 0, green: 0 } }],
    [
      "a mirror of 50 to a deployment without live traffic",
      { traffic: { blue: 100 }, mirrorTraffic: { green: 50 } },
    ],
    ["an endpoint made without any", { before: undefined, traffic: {}, deployments: {} }],
    ["a failed deployment that keeps its share", { deployments: { blue: "Failed", Green: "Succeeded" } }],
  ])("takes %s", (_, more) => expect(withState(more)).toBe(""));

  test.each<[string, Partial<TrafficState>, RegExp]>([
    ["a sum of 90", { traffic: { blue: 90 } }, /sums to 90; it must sum to 0 or 100/],
    ["a name that is no deployment", { traffic: { red: 100 } }, /'red', which does not exist/],
    ["a fraction", { traffic: { blue: 99.5, green: 0.5 } }, /whole numbers/],
    ["a negative share", { traffic: { blue: 110, green: -10 } }, /whole numbers from 0 to 100/],
    ["any at creation", { before: undefined }, /cannot be set when an endpoint is created/],
    [
      "a shift to what is not Succeeded",
      { deployments: { blue: "Succeeded", Green: "Creating" } },
      /'Green', which is Creating/,
    ],
    ["a mirror above 50", { traffic: { blue: 100 }, mirrorTraffic: { green: 51 } }, /At most 50 percent/],
    ["two mirrors", { traffic: {}, mirrorTraffic: { blue: 10, green: 10 } }, /one deployment only/],
    ["live and mirror at once", { mirrorTraffic: { green: 10 } }, /live and mirrored traffic at once/],
    [
      "a mirror on Kubernetes",
      { traffic: { blue: 100 }, mirrorTraffic: { green: 10 }, kubernetes: true },
      /Kubernetes/,
    ],
  ])("refuses %s", (_, more, message) => expect(withState(more)).toMatch(message));
});

describe("batch requests", () => {
  test("keys are read in any case", () => {
    const pascal = {
      Properties: {
        InputData: { x: { JobInputType: "UriFolder", Uri: "azureml://datastores/a/paths/b" } },
        MiniBatchSize: 2,
        RetrySettings: { MaxRetries: 1, Timeout: "PT9S" },
      },
    };
    expect(parseBatchRequest(pascal)).toMatchObject({
      input: "azureml://datastores/a/paths/b",
      overrides: { miniBatchSize: 2, maxRetries: 1, timeout: "PT9S" },
    });
  });

  test("outputs name a file or a folder", () => {
    const input = { d: { jobInputType: "uri_file", uri: "u" } };
    const asked = (outputData: object) =>
      parseBatchRequest({ properties: { inputData: input, outputData } }).output;
    expect(asked({ o: { jobOutputType: "UriFile", uri: "x/y.csv" } })).toEqual({
      uri: "x/y.csv",
      isFile: true,
    });
    expect(asked({})).toBeUndefined();
  });

  test.each([
    ["no input", {}, /inputData is empty/],
    [
      "two inputs",
      { a: { jobInputType: "UriFile", uri: "x" }, b: { jobInputType: "UriFile", uri: "y" } },
      /exactly one data input, not 2/,
    ],
    ["a literal", { a: { jobInputType: "Literal", value: 3 } }, /no literal/],
    ["an MLTable", { a: { jobInputType: "MLTable", uri: "x" } }, /no MLTable/],
    ["an input without a URI", { a: { jobInputType: "UriFolder" } }, /no uri/],
  ])("%s is refused", (_, inputData, message) => {
    expect(() => parseBatchRequest({ properties: { inputData } })).toThrow(message);
  });
});

test("secrets in logged bodies are masked, their shape stays", () => {
  const body = {
    properties: {
      keys: { primaryKey: "p" },
      credentials: { credentialsType: "AccountKey", secrets: { key: "k", secretsType: "AccountKey" } },
      plain: "x",
      value: "v",
    },
  };
  const shown = JSON.stringify(masked(body, "/datastores/d"));
  expect(shown).not.toMatch(/"(p|k)"/);
  expect(masked(body, "/datastores/d")).toMatchObject({
    properties: {
      credentials: { credentialsType: "AccountKey", secrets: { key: "MASKED", secretsType: "AccountKey" } },
      plain: "x",
      value: "v",
    },
  });
  expect(masked(body, "/vaults/kv/secrets/s")).toMatchObject({ properties: { value: "MASKED" } });
});
