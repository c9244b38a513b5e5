import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { secret } from "@azure-ml-as-code/protocol/values.ts";
import { passphraseProvider } from "../../../local/engine/passphrase.ts";
import { resourceState } from "../../../local/engine/resource.ts";
import type { ResourceState } from "../../../local/engine/resource.ts";
import { snapshotOf } from "../../../local/engine/snapshot.ts";
import { readDeployment, StateError, writeDeployment } from "../../../local/engine/state.ts";
import { fileKeeper, loadState, lockState, saver } from "../../../local/engine/statefile.ts";

const stack = resourceState({
  urn: "urn:pulumi:test::p::pulumi:pulumi:Stack::p-test",
  type: "pulumi:pulumi:Stack",
  custom: false,
});
const provider = resourceState({
  urn: "urn:pulumi:test::p::pulumi:providers:pkg::default",
  type: "pulumi:providers:pkg",
  custom: true,
  id: "p-1",
});
const thing = (name: string, given: Partial<ResourceState> = {}) =>
  resourceState({
    urn: `urn:pulumi:test::p::pkg:index:Thing::${name}`,
    type: "pkg:index:Thing",
    custom: true,
    id: `${name}-1`,
    parent: stack.urn,
    provider: `${provider.urn}::p-1`,
    ...given,
  });
const full = thing("full", {
  inputs: { password: secret({ deep: ["x", null] }), size: 1 },
  outputs: { password: secret("y"), list: [secret(1)] },
  dependencies: [provider.urn],
  propertyDependencies: { size: [provider.urn] },
  protect: true,
  initErrors: ["half"],
  customTimeouts: { create: 60 },
  ignoreChanges: ["tags"],
  replacementTrigger: secret("v1"),
  refreshBeforeUpdate: true,
  rest: { sourcePosition: "project:///index.ts#1" },
});

describe("the deployment file", () => {
  const resources = [stack, provider, full];
  const pendingOperations = [{ resource: thing("new", { id: "" }), type: "creating" as const }];
  const secretsProviders = passphraseProvider("open sesame");
  const text = writeDeployment({ resources, pendingOperations, secretsProviders });

  test("is read as it was written, unknown fields included", () => {
    expect(readDeployment(text)).toEqual({ resources, pendingOperations, secretsProviders });
    expect(JSON.stringify(secretsProviders)).toMatch(/"salt":"v1:.{12}:v1:.{16}:.{32}"/);
    expect(text).toContain('"sourcePosition": "project:///index.ts#1"');
  });
  test("has secrets as plaintext in their envelope", () => {
    const { deployment } = JSON.parse(text) as { deployment: { resources: { inputs?: object }[] } };
    expect(deployment.resources[2]?.inputs).toEqual({
      password: {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        plaintext: '{"deep":["x",null]}',
      },
      size: 1,
    });
  });
  test.each([
    ["{", "the state is not JSON"],
    ['{"version":2}', "the state has version 2; only versions 3 and 4 are known"],
    [
      '{"version":4,"features":["refreshBeforeUpdate","taint"],"deployment":null}',
      "the state uses taint, which the embedded engine does not do",
    ],
    [text.replaceAll('"plaintext"', '"ciphertext"'), "encrypted secrets"],
    [
      writeDeployment({ resources: [full, stack, provider], pendingOperations: [] }),
      "full (pkg:index:Thing) names as parent p-test (pulumi:pulumi:Stack), which does not come before it",
    ],
    [
      writeDeployment({ resources: [stack, provider, full, full], pendingOperations: [] }),
      "full (pkg:index:Thing) is there twice",
    ],
  ])("refuses %.20s…", (broken, message) => {
    expect(() => readDeployment(broken)).toThrow(StateError);
    expect(() => readDeployment(broken)).toThrow(message);
  });
});

describe("the state of a run", () => {
  test("new entries come first, retired ones go, those under way are on record", () => {
    const [a, b, c] = [thing("a"), thing("b"), thing("c")];
    const snapshot = snapshotOf({ resources: [stack, provider, a, b], pendingOperations: [] });
    const fresh = thing("a", { id: "a-2" });
    snapshot.begin(c, "creating");
    snapshot.retire(stack);
    snapshot.add(stack);
    snapshot.retire(a);
    snapshot.add(fresh);
    expect(snapshot.current().pendingOperations).toEqual([{ resource: c, type: "creating" }]);
    snapshot.end(c);
    snapshot.add(c);
    expect(snapshot.current()).toEqual({ resources: [fresh, c, provider, b], pendingOperations: [] });
  });
  test("an interrupted create stays on record, another operation does not", () => {
    const a = thing("a");
    const pending = (type: "creating" | "updating") =>
      snapshotOf({ resources: [], pendingOperations: [{ resource: a, type }] }).current().pendingOperations;
    expect(pending("creating")).toHaveLength(1);
    expect(pending("updating")).toEqual([]);
  });
  test("references follow a renamed resource", () => {
    const child = thing("child", { dependencies: [thing("old").urn], parent: thing("old").urn });
    const snapshot = snapshotOf({ resources: [child], pendingOperations: [] });
    snapshot.add(thing("new", { aliases: [thing("old").urn] }));
    const { urn } = thing("new");
    expect(snapshot.current().resources[1]).toMatchObject({ dependencies: [urn], parent: urn });
  });
});

describe("the state file", () => {
  test("is for its owner alone, and whole after every save", async () => {
    const directory = await mkdtemp(join(tmpdir(), "engine-state-"));
    const path = join(directory, "state.json");
    expect(await loadState(path)).toEqual({ resources: [], pendingOperations: [] });
    const resources: ResourceState[] = [];
    const save = saver(fileKeeper(path), () => ({ resources, pendingOperations: [] }));
    await Promise.all(
      ["a", "b", "c", "d"].map(async (name) => {
        resources.push(resourceState({ urn: name, type: "t", custom: false }));
        await save();
        const kept = (await loadState(path)).resources.map(({ urn }) => urn);
        expect(kept).toContain(name);
      }),
    );
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ version: 3 });
    await rm(directory, { recursive: true });
  });
  test("belongs to one run at a time; a lock whose owner is gone does not count", async () => {
    const directory = await mkdtemp(join(tmpdir(), "engine-lock-"));
    const path = join(directory, "made-for-it", "state.json");
    const unlock = await lockState(path);
    await expect(lockState(path)).rejects.toThrow(`another run (process ${process.pid}) is changing ${path}`);
    await unlock();
    await writeFile(`${path}.lock`, "999999999");
    await (
      await lockState(path)
    )();
    await expect(stat(`${path}.lock`)).rejects.toThrow("ENOENT");
    await rm(directory, { recursive: true });
  });
  test("who saves during a write waits for the next one, which has the change", async () => {
    const kept: string[][] = [];
    const resources: ResourceState[] = [];
    const [begun, end] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const save = saver(
      async (text) => {
        kept.push(readDeployment(text).resources.map(({ urn }) => urn));
        begun.resolve(undefined);
        await end.promise;
      },
      () => ({ resources, pendingOperations: [] }),
    );
    const first = save();
    await begun.promise;
    resources.push(stack);
    const others = [save(), save()];
    end.resolve(undefined);
    await Promise.all([first, ...others]);
    expect(kept).toEqual([[], [stack.urn]]);
  });
  test("a failed write is told to those who wait for it, and does not stop later ones", async () => {
    let fails = true;
    const save = saver(
      () => {
        if (fails) throw new Error("disk full");
      },
      () => ({ resources: [], pendingOperations: [] }),
    );
    await expect(save()).rejects.toThrow("disk full");
    fails = false;
    await expect(save()).resolves.toBeUndefined();
  });
});
