import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  SUFFIX_LENGTH,
  givenProblem,
  nameProblem,
  nameRules,
  planGiven,
  planName,
} from "../../components/names.ts";
import type { Named } from "../../components/names.ts";

const part = fc.stringMatching(/^[a-z](?:[a-z0-9]|-[a-z0-9]){1,9}$/).filter((text) => text.length <= 20);
const naming = fc.record({ workload: part, stage: part });
const suffix = fc.stringMatching(new RegExp(`^[a-z0-9]{${SUFFIX_LENGTH}}$`));
const made = (Object.keys(nameRules) as Named[]).filter((kind) => nameRules[kind].abbreviation !== "");

describe("names that the stage makes", () => {
  test.each(made)("%s is always one that Azure takes", (kind) => {
    fc.assert(
      fc.property(naming, fc.option(part, { nil: undefined }), suffix, (parts, purpose, text) => {
        const name = planName(kind, parts, purpose).withSuffix(text);
        expect(nameProblem(kind, name)).toBeUndefined();
        expect(name.length).toBeLessThanOrEqual(nameRules[kind].max);
        if (nameRules[kind].unique) expect(name.endsWith(text)).toBe(true);
        else expect(name).toBe(planName(kind, parts, purpose).stem);
      }),
    );
  });

  test.each([
    ["resourceGroup", undefined, "rg-credit-prod"],
    ["storageAccount", undefined, "stcreditprodx7k2m9"],
    ["keyVault", undefined, "kv-credit-prod-x7k2m9"],
    ["containerRegistry", undefined, "crcreditprodx7k2m9"],
    ["workspace", undefined, "mlw-credit-prod"],
    ["userAssignedIdentity", "endpoint", "id-credit-prod-endpoint"],
  ] as const)("%s", (kind, purpose, expected) => {
    expect(planName(kind, { workload: "credit", stage: "prod" }, purpose).withSuffix("x7k2m9")).toBe(
      expected,
    );
  });

  test("a long name loses the workload's end first, then the stage's", () => {
    const long = { workload: "customer-churn", stage: "production" };
    expect(planName("keyVault", long).stem).toBe("kv-cus-production");
    expect(planName("keyVault", { ...long, stage: "production-westeurope" }).stem).toBe("kv-cu-production");
  });

  test("a cut never leaves a dash behind", () => {
    expect(planName("keyVault", { workload: "ab-cdefgh", stage: "production1" }).stem).toBe(
      "kv-ab-production1",
    );
  });

  test("the same parts give the same name", () => {
    fc.assert(
      fc.property(naming, (parts) => {
        expect(planName("workspace", parts).stem).toBe(planName("workspace", { ...parts }).stem);
      }),
    );
  });
});

describe("names that authors give", () => {
  test("endpoints get the suffix, deployments do not", () => {
    expect(planGiven("onlineEndpoint", "churn").withSuffix("x7k2m9")).toBe("churn-x7k2m9");
    expect(planGiven("deployment", "blue").withSuffix("x7k2m9")).toBe("blue");
  });

  test("fails a name that has no room for the suffix, saying by how much", () => {
    expect(givenProblem("onlineEndpoint", "a".repeat(25))).toBeUndefined();
    expect(givenProblem("onlineEndpoint", "a".repeat(27))).toContain("2 characters too long");
  });

  test.each([
    ["computeCluster", "cpu-cluster", true],
    ["computeCluster", "cpu-cluster-1", false],
    ["computeCluster", "1cpu", false],
    ["computeCluster", "ab", false],
    ["deployment", "blue-", false],
    ["deployment", "bl--ue", false],
    ["deployment", "9blue", false],
    ["datastore", "training_data", true],
    ["datastore", "Training", false],
    ["blobContainer", "a--b", false],
    ["blobContainer", "training-data", true],
    ["storageAccount", "st-1", false],
    ["workspace", "ml", false],
  ] as const)("%s %s: %s", (kind, name, taken) => {
    expect(nameProblem(kind, name) === undefined).toBe(taken);
  });
});
