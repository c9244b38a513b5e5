import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { endpointProblems } from "../../../components/endpoints/endpoint-problems.ts";

const deployment = { properties: { endpointComputeType: "Managed", instanceType: "Standard_DS3_v2" } };
const named = (...names: string[]) => Object.fromEntries(names.map((name) => [name, deployment]));
const valid = {
  traffic: { blue: 90, green: 10 },
  mirrorTraffic: {},
  deployments: named("blue", "green", "shadow"),
};

describe("endpointProblems", () => {
  test.each([
    ["a split", {}],
    ["none", { traffic: {} }],
    ["all zero", { traffic: { blue: 0 } }],
    ["a mirror", { mirrorTraffic: { shadow: 50 } }],
    ["names in other letters", { traffic: { Blue: 100 } }],
    ["zero for what is not there", { traffic: { blue: 100, gone: 0 } }],
  ])("takes %s", (_, change) => {
    expect(endpointProblems({ ...valid, ...change })).toEqual([]);
  });

  test.each([
    ["a sum of 90", { traffic: { blue: 90 } }, "sum to 90"],
    ["a stranger", { traffic: { red: 100 } }, "traffic.red: "],
    ["a mirror that is not there", { mirrorTraffic: { red: 10 } }, "mirror_traffic.red: "],
    ["half a percent", { traffic: { blue: 99.5 } }, "a whole number"],
    ["less than nothing", { traffic: { blue: 100, green: -10 } }, "a whole number"],
    [
      "two mirrors",
      { mirrorTraffic: { shadow: 10, green: 10 }, traffic: { blue: 100 } },
      "found 2 deployments; allowed: one",
    ],
    ["a mirror of 60", { mirrorTraffic: { shadow: 60 } }, "at most 50"],
    ["a live mirror", { mirrorTraffic: { green: 10 } }, "live or mirror traffic, not both"],
    [
      "21 deployments",
      {
        deployments: named(
          ...Array.from({ length: 18 }, (_, i) => `more${i}`),
          ...Object.keys(valid.deployments),
        ),
      },
      "at most 20",
    ],
    [
      "instances in plenty",
      { deployments: { ...valid.deployments, blue: { ...deployment, instanceCount: 51 } } },
      "blue.instance_count: found 51; allowed: 1 to 50",
    ],
    [
      "a time-out of four minutes",
      {
        deployments: {
          ...valid.deployments,
          blue: { properties: { ...deployment.properties, requestSettings: { requestTimeout: "PT4M" } } },
        },
      },
      "blue.request_settings.request_timeout_ms: found 240000; allowed: 50 to 180000",
    ],
    [
      "Kubernetes in a managed endpoint",
      { deployments: { ...valid.deployments, blue: { properties: { endpointComputeType: "Kubernetes" } } } },
      "allowed: one kind for both",
    ],
    [
      "a release with no queue",
      {
        ...{ deployments: {}, traffic: {} },
        release: {
          deployment: {
            properties: {
              ...deployment.properties,
              requestSettings: { maxConcurrentRequestsPerInstance: 0 },
            },
          },
        },
      },
      "release.request_settings.max_concurrent_requests_per_instance: found 0; allowed: at least 1",
    ],
  ])("fails %s", (_, change, message) => {
    const problems = endpointProblems({ ...valid, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });

  test("fails all at once", () => {
    expect(endpointProblems({ ...valid, traffic: { red: 30 }, mirrorTraffic: { shadow: 70 } })).toHaveLength(
      3,
    );
  });

  test("takes every split of 100 over the deployments, and no other sum", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (blue, green) => {
        const problems = endpointProblems({ ...valid, traffic: { blue, green } });
        expect(problems.length === 0).toBe([0, 100].includes(blue + green));
      }),
    );
  });
});
