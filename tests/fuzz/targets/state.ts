/** The engine's state file: mutations of good ones, and an operation on what is taken. */
import { join } from "node:path";
import fc from "fast-check";
import type { Json } from "@azure-ml-as-code/local/cloud/arm/json.ts";
import { RefusedError, run } from "@azure-ml-as-code/local/engine/run.ts";
import { readDeployment, StateError, writeDeployment } from "@azure-ml-as-code/local/engine/state.ts";
import { mangled, mutated, oddJson } from "../odd.ts";
import { holds, opened } from "../target.ts";
import type { Target } from "../target.ts";

const PROGRAM = join(import.meta.dirname, "../../faults/program");
const P = "urn:pulumi:test::faults";
const provider = `${P}::pulumi:providers:kit::default::5a1f0e52-0000-4000-8000-000000000000`;
const entry = (name: string, more: Record<string, Json> = {}): Json => ({
  urn: `${P}::kit:index:Thing::${name}`,
  ...{
    custom: true,
    id: name,
    type: "kit:index:Thing",
    provider,
    parent: `${P}::pulumi:pulumi:Stack::faults-test`,
  },
  inputs: {
    size: 1,
    secret: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"x"' },
  },
  outputs: { size: 1, list: [1, { a: null }] },
  ...{
    dependencies: [],
    propertyDependencies: { size: [] },
    created: "2026-11-22T00:00:00Z",
    modified: "2026-11-22T00:00:00Z",
  },
  ...more,
});
const GOOD: Json = {
  version: 3,
  deployment: {
    manifest: { time: "2026-11-22T00:00:00Z", magic: "", version: "" },
    secrets_providers: { type: "passphrase", state: { salt: "v1:x:v1:y:z" } },
    resources: [
      {
        urn: `${P}::pulumi:pulumi:Stack::faults-test`,
        custom: false,
        type: "pulumi:pulumi:Stack",
        outputs: { url: "x" },
      },
      {
        urn: `${P}::pulumi:providers:kit::default`,
        custom: true,
        id: provider.split("::").at(-1)!,
        type: "pulumi:providers:kit",
      },
      entry("a"),
      entry("b", {
        dependencies: [`${P}::kit:index:Thing::a`],
        deletedWith: `${P}::kit:index:Thing::a`,
        protect: true,
      }),
      entry("c", {
        delete: true,
        retainOnDelete: true,
        initErrors: ["half"],
        customTimeouts: { create: 60 },
      }),
      entry("c", { aliases: [`${P}::kit:index:Thing::d`], ignoreChanges: ["size"], external: true }),
    ],
    pending_operations: [{ resource: entry("e"), type: "creating" }],
  },
};
/** The manifest tells when it was written. */
const timeless = (text: string): string => text.replace(/"time":\s*"[^"]*"/, "");
const TEXT = JSON.stringify(GOOD);

export const state: Target = {
  id: "state",
  about:
    "the engine's state file: it is taken whole, and written as it was read, or refused by name; an operation on it ends in words",
  open() {
    readDeployment(TEXT); // the good one is good
    const text = fc.oneof(
      { weight: 6, arbitrary: mutated(GOOD).map((value) => JSON.stringify(value)) },
      { weight: 2, arbitrary: mangled(TEXT) },
      oddJson.map((value) => JSON.stringify(value)),
      fc.string(),
    );
    const property = fc.asyncProperty(
      text,
      fc.constantFrom("preview", "refresh", "destroy"),
      async (given, op) => {
        let deployment;
        try {
          deployment = readDeployment(given);
        } catch (error) {
          if (error instanceof StateError) return;
          throw error;
        }
        const written = writeDeployment(deployment);
        holds(
          timeless(writeDeployment(readDeployment(written))) === timeless(written),
          "it is read otherwise than it was written",
        );
        // No provider is there: what needs one fails, in an event.
        const result = await run({
          ...{
            op,
            cwd: PROGRAM,
            stack: "test",
            state: deployment,
            env: {},
            onState: (next) => void readDeployment(next),
          },
          program: () => Promise.resolve(),
        }).catch((error: unknown) => {
          if (error instanceof StateError || error instanceof RefusedError) return undefined;
          throw error;
        });
        if (result) readDeployment(writeDeployment(result.deployment));
        holds(!("polluted" in {}), "a prototype was changed");
      },
    );
    return Promise.resolve(opened(property, () => Promise.resolve()));
  },
};
