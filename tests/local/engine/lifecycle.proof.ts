import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { serve } from "@azure-ml-as-code/protocol/serve.ts";
import type { Served } from "@azure-ml-as-code/protocol/serve.ts";
import { secret } from "@azure-ml-as-code/protocol/values.ts";
import type { EngineEvent, ResourceFailed } from "../../../local/engine/events.ts";
import { run } from "../../../local/engine/run.ts";
import type { RunOptions, RunResult } from "../../../local/engine/run.ts";
import { broken, toys } from "./fixtures/toys.ts";
import type { Toys } from "./fixtures/toys.ts";

const cwd = join(import.meta.dirname, "fixtures/program");
let directory: string;
let statePath: string;
let shop: Toys;
let served: Served;
let events: EngineEvent[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "engine-lifecycle-"));
  statePath = join(directory, "state.json");
  shop = toys();
  served = await serve(shop.provider);
  events = [];
});
afterEach(async () => {
  await served.close();
  await rm(directory, { recursive: true });
});

/** Runs a variant of the program; the events and calls are those of the last run. */
async function perform(
  variant: string,
  op: RunOptions["op"] = "up",
  more: Partial<RunOptions> = {},
): Promise<RunResult> {
  events = [];
  shop.calls.length = 0;
  return run({
    op,
    cwd,
    stack: "test",
    statePath,
    providers: { toy: `127.0.0.1:${served.port}` },
    env: { ...process.env, VARIANT: variant },
    onEvent: (event) => void events.push(event),
    ...more,
  });
}

interface Raw {
  resources: Record<string, unknown>[];
  pending_operations?: { type: string; resource: { urn: string } }[];
}
const rawState = async () =>
  (JSON.parse(await readFile(statePath, "utf8")) as { deployment: Raw }).deployment;
const changes = () => shop.calls.filter((call) => call !== "cancel");
const failures = () => events.filter((event): event is ResourceFailed => event.kind === "resource-failed");
const told = () =>
  events
    .flatMap((event) => (event.kind === "diagnostic" && event.severity !== "debug" ? [event.message] : []))
    .join("\n");
const thing = (result: RunResult, name: string) =>
  result.deployment.resources.filter(({ urn }) => urn.endsWith(`::${name}`));

describe("a stage's life", () => {
  test("create, preview, same, update, replace, remove, destroy", async () => {
    const created = await perform("chain");
    expect(created).toMatchObject({ ok: true, counts: { create: 5 } });
    expect(created.outputs).toEqual({ arn: "arn:third-3", password: secret("hush") });
    expect(changes()).toEqual(["create first", "create second", "create third"]);
    expect((await stat(statePath)).mode & 0o777).toBe(0o600);
    const text = await readFile(statePath, "utf8");
    expect(text).toContain(String.raw`"plaintext": "\"hush\""`);

    expect(await perform("replaced", "preview")).toMatchObject({
      ok: true,
      counts: { replace: 1, update: 1 },
    });
    expect(changes()).toEqual([]);
    expect(await readFile(statePath, "utf8")).toBe(text);

    expect(await perform("grown")).toMatchObject({ counts: { same: 4, update: 1 } });
    expect(changes()).toEqual(["update second"]);

    const replaced = await perform("replaced");
    expect(replaced).toMatchObject({ counts: { "create-replacement": 1, "delete-replaced": 1, update: 1 } });
    expect(changes()).toEqual(["create second", "update third", "delete second"]);
    expect(thing(replaced, "second").map(({ id }) => id)).toEqual(["second-4"]);

    expect(await perform("first")).toMatchObject({ ok: true, counts: { same: 3, delete: 2 } });
    expect(changes()).toEqual(["delete third", "delete second"]);

    expect(await perform("first", "destroy")).toMatchObject({ ok: true, counts: { delete: 3 } });
    expect((await rawState()).resources).toEqual([]);
    expect(shop.things.size).toBe(0);
  });

  test("what is changed by hand is found by refresh and put right by up", async () => {
    await perform("first");
    shop.things.clear();
    expect(thing(await perform("first", "refresh"), "first")).toEqual([]);
    await perform("first");
    expect(changes()).toEqual(["create first"]);
  });

  test("the state file names what is under way, and a later run tells of it", async () => {
    let during: Raw | undefined;
    shop.before.set("create second", async () => {
      during = await rawState();
    });
    await perform("chain");
    expect(during?.pending_operations?.map(({ type, resource }) => [type, resource.urn])).toEqual([
      ["creating", "urn:pulumi:test::toys::toy:index:Thing::second"],
    ]);
    expect(during?.resources.map(({ urn }) => (urn as string).split("::").at(-1))).toEqual([
      "toys-test",
      "default",
      "first",
    ]);
    const { deployment } = await perform("chain");
    expect(deployment.pendingOperations).toEqual([]);
    const [state] = thing(await perform("chain", "preview"), "second");
    const interrupted = {
      ...deployment,
      pendingOperations: [{ type: "updating" as const, resource: state! }],
    };
    await perform("chain", "preview", { state: interrupted });
    expect(told()).toContain("interrupted while updating second (toy:index:Thing)");
  });
});

describe("when something fails", () => {
  test("the next up goes on where the failure was", async () => {
    shop.before.set("create second", () => {
      throw new Error("out of wood");
    });
    const failed = await perform("chain");
    expect(failed.ok).toBe(false);
    expect(failures()).toMatchObject([{ name: "second", op: "create", message: "out of wood" }]);
    expect(changes()).toEqual(["create first", "create second"]);

    shop.before.set("create second", () => {
      throw broken("second-x");
    });
    expect(thing(await perform("chain"), "second")).toMatchObject([
      { id: "second-x", initErrors: ["it squeaks"] },
    ]);
    shop.before.clear();
    expect((await perform("chain")).ok).toBe(true);
    expect(changes()).toEqual(["update second", "create third"]);
  });

  test("a stopped run lets the step end, begins no other, keeps the state", async () => {
    const abort = new AbortController();
    shop.before.set("create first", () => {
      abort.abort();
    });
    const stopped = await perform("chain", "up", { signal: abort.signal });
    expect(stopped.ok).toBe(false);
    expect(changes()).toEqual(["create first"]);
    expect(shop.calls).toContain("cancel");
    expect((await rawState()).resources).toHaveLength(3);
    expect((await rawState()).pending_operations).toBeUndefined();
    shop.before.clear();
    expect((await perform("chain")).ok).toBe(true);
    expect(changes()).toEqual(["create second", "create third"]);
  });

  test("the program's own error is told, and nothing is deleted for it", async () => {
    await perform("chain");
    const failed = await perform("throws");
    expect(failed.ok).toBe(false);
    expect(told()).toContain("the cupboard is bare");
    expect(changes()).toEqual([]);
    expect(failed.deployment.resources).toHaveLength(5);
  });

  test.each([
    ["twice", "two resources have the URN urn:pulumi:test::toys::toy:index:Thing::first"],
    ["stranger", "there is no provider for package nobody: attach one with PULUMI_DEBUG_PROVIDERS"],
    ["hooked", "does not support resource hooks"],
  ])("%s: %s", async (variant, message) => {
    expect((await perform(variant)).ok).toBe(false);
    expect([told(), ...failures().map((event) => event.message)].join("\n")).toContain(message);
  });

  test("stacks of the organisation are left to the Pulumi CLI", async () => {
    await expect(perform("chain", "up", { stack: "prod" })).rejects.toThrow(
      "changes the stacks local and test, and those named after them, only: use the Pulumi CLI for prod",
    );
    expect(await perform("chain", "preview", { stack: "prod" })).toMatchObject({ ok: true });
  });
});

test("a local plugin runs for the length of the run", async () => {
  const plugins = join(import.meta.dirname, "fixtures/with-plugin");
  const { ok, deployment } = await perform("first", "up", { cwd: plugins, providers: {} });
  expect([ok, told()]).toEqual([true, ""]);
  const pid = deployment.resources.find(({ urn }) => urn.endsWith("::first"))?.outputs["pid"];
  const alive = () => process.kill(Number(pid), "SIGTERM"); // one that is left over must not outlive the test
  expect(alive).toThrow("ESRCH");
});
