import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { drawByWeight, route } from "@azure-ml-as-code/local/serving/door/traffic.ts";
import { endpointView } from "../support.ts";

const names = fc.stringMatching(/^[a-z][a-z0-9]{2,6}$/);
const weights = fc.dictionary(names, fc.integer({ min: 0, max: 100 }));
const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("drawing by weight", () => {
  test("draws only positive weights, and one whenever there is one", () => {
    fc.assert(
      fc.property(weights, draw, (map, r) => {
        const drawn = drawByWeight(map, r);
        const positive = Object.keys(map).filter((name) => map[name]! > 0);
        if (positive.length === 0) expect(drawn).toBeUndefined();
        else expect(positive).toContain(drawn);
      }),
    );
  });

  test("over evenly spread draws each gets its share exactly", () => {
    fc.assert(
      fc.property(
        fc.dictionary(names, fc.integer({ min: 1, max: 50 }), { minKeys: 1, maxKeys: 5 }),
        (map) => {
          const total = Object.values(map).reduce((sum, weight) => sum + weight, 0);
          const counts: Record<string, number> = {};
          for (let i = 0; i < total; i++) {
            const drawn = drawByWeight(map, (i + 0.5) / total)!;
            counts[drawn] = (counts[drawn] ?? 0) + 1;
          }
          expect(counts).toEqual({ ...map });
        },
      ),
    );
  });
});

describe("the route of a request", () => {
  const view = endpointView({
    traffic: { Blue: 90, green: 10 },
    mirrorTraffic: { shadow: 30 },
    deployments: { blue: "id-blue", green: "id-green", shadow: "id-shadow", idle: "id-idle" },
  });

  test("is drawn by traffic, whatever the case of the names", () => {
    expect(route(view, undefined, [0.89, 0.9])).toEqual({ name: "Blue", id: "id-blue" });
    expect(route(view, undefined, [0.91, 0.9])).toEqual({ name: "green", id: "id-green" });
  });

  test("has a mirror for the mirror's share", () => {
    expect(route(view, undefined, [0, 0.29])).toMatchObject({ mirror: "id-shadow" });
    expect(route(view, undefined, [0, 0.3])).not.toHaveProperty("mirror");
  });

  test("is the asked-for deployment's at any weight, and then without a mirror", () => {
    expect(route(view, "IDLE", [0, 0])).toEqual({ name: "IDLE", id: "id-idle" });
  });

  test("is none for an unknown name, and none without positive traffic", () => {
    expect(route(view, "red", [0, 0])).toMatchObject({ status: 404, code: "DeploymentNotFound" });
    expect(route({ ...view, traffic: { Blue: 0 } }, undefined, [0, 0])).toMatchObject({ status: 404 });
    expect(route({ ...view, traffic: { gone: 100 } }, undefined, [0, 0])).toMatchObject({
      code: "NoTraffic",
    });
  });
});
