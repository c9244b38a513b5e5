/** Every component of the catalogue in each scenario, without an engine: what it registers, and what of it is a secret. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { subscription, tenant } from "../support/azure.ts";
import { run } from "../support/pulumi.ts";
import type { Run } from "../support/pulumi.ts";
import { root } from "../support/stages.ts";
import { catalogue } from "./catalogue.ts";
import { scenarios } from "./make.ts";
import { provenElsewhere } from "./workload-catalogue.ts";
import { CANARY, fixedWorld } from "./world.ts";

const world = fixedWorld(subscription, tenant);
const nameOf = (token: string) => token.split(":").slice(1).join("-");

describe.each(scenarios)("%s", (scenario) => {
  let made: Run;
  beforeAll(async () => {
    made = await run(() => {
      for (const [token, make] of Object.entries(catalogue)) make[scenario](nameOf(token), world);
    });
  });

  test("each component makes something, all of it beneath itself", () => {
    const makes = Object.keys(catalogue).map((token) => {
      const component = made.one(token, nameOf(token));
      const below = made.resources.filter(({ parent }) => parent === component.urn);
      return [token, below.length > 0, below.every(({ name }) => name.startsWith(nameOf(token)))];
    });
    expect(makes).toEqual(Object.keys(catalogue).map((token) => [token, true, true]));
  });

  test("whatever a secret was given for goes on as a secret", () => {
    const carrying = made.resources.flatMap(({ name, inputs, secrets }) =>
      Object.entries(inputs)
        .filter(([, value]) => JSON.stringify(value).includes(CANARY))
        .map(([key]) => [name, key, secrets.includes(key)]),
    );
    expect(carrying.length).toBeGreaterThan(0);
    expect(carrying.filter(([, , secret]) => secret !== true)).toEqual([]);
  });
});

test("what the engine does not bring up here is brought up where it says", () => {
  for (const [token, file] of Object.entries(provenElsewhere)) {
    expect(catalogue).toHaveProperty([token]);
    expect([file, existsSync(join(root, file))]).toEqual([file, true]);
  }
});
