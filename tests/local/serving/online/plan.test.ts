import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { failureWords } from "@azure-ml-as-code/local/serving/logs.ts";
import {
  pickInstance,
  planInstances,
  readinessDeadline,
  requestLimit,
  restartDelay,
} from "@azure-ml-as-code/local/serving/online/plan.ts";
import { deploymentSpec, probe } from "../support.ts";

test("the instance count holds up to the machine's limit, which is then said", () => {
  expect(planInstances(2, 2)).toEqual({ count: 2 });
  expect(planInstances(5, 2)).toEqual({ count: 2, note: expect.stringContaining("2 of 5") });
});

test("a server may take its initial delay and all its failures to come up", () => {
  expect(readinessDeadline(probe({ initialDelay: 10, period: 5, failureThreshold: 3 }))).toBe(25_000);
});

test("the wait before a restart never shrinks and has a limit", () => {
  fc.assert(
    fc.property(fc.nat(10_000), (attempt) => {
      expect(restartDelay(attempt + 1)).toBeGreaterThanOrEqual(restartDelay(attempt));
      expect(restartDelay(attempt)).toBeLessThanOrEqual(30_000);
    }),
  );
});

test("a deployment takes twice what its instances can run", () => {
  expect(requestLimit(deploymentSpec({ instanceCount: 3, maxConcurrentRequestsPerInstance: 4 }))).toBe(24);
});

test("a request goes to a ready instance with the fewest requests", () => {
  const instance = fc.record({ ready: fc.boolean(), inFlight: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(instance), fc.nat(), (instances, turn) => {
      const ready = instances.filter((each) => each.ready).map((each) => each.inFlight);
      const picked = pickInstance(instances, turn);
      if (ready.length === 0) expect(picked).toBeUndefined();
      else expect(instances[picked!]).toEqual({ ready: true, inFlight: Math.min(...ready) });
    }),
  );
});

describe("the words of a failed start", () => {
  test("are the server's own about a script that it can't use", () => {
    const log =
      "x\nazureml_inference_server_http.server.user_script.UserScriptError: User script at /w/score.py does not have a run() function defined.\nbye";
    expect(failureWords(log)).toBe("User script at /w/score.py does not have a run() function defined.");
  });

  test("are the user's exception, not the wrapping around it", () => {
    const log = [
      "ModuleNotFoundError: No module named 'nope'",
      "The above exception was the direct cause of the following exception:",
      "azureml_inference_server_http.server.user_script.UserScriptImportException: Failed to import user script",
    ].join("\n");
    expect(failureWords(log)).toBe("ModuleNotFoundError: No module named 'nope'");
  });

  test("are missing where nothing tells", () => {
    expect(failureWords("listening\nbye")).toBeUndefined();
  });
});
