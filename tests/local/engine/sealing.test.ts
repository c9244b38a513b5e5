/** The state file holds no secret that can be read without its passphrase. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { secret } from "@azure-ml-as-code/protocol/values.ts";
import { passphraseProvider } from "../../../local/engine/passphrase.ts";
import { resourceState } from "../../../local/engine/resource.ts";
import { StateError, writeDeployment } from "../../../local/engine/state.ts";
import { fileKeeper, loadState } from "../../../local/engine/statefile.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealing-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const CANARY = 'canary "in" a\\coal-mine';
const thing = resourceState({
  urn: "urn:pulumi:test::p::pkg:index:Thing::it",
  type: "pkg:index:Thing",
  custom: true,
  id: "it-1",
  inputs: {
    password: secret(CANARY),
    deep: [secret({ key: CANARY, more: [secret(CANARY)] })],
    plaintext: "open",
  },
  outputs: { password: secret(CANARY) },
});
const deployment = (passphrase: string) => ({
  resources: [thing],
  pendingOperations: [],
  secretsProviders: passphraseProvider(passphrase),
});

test("with a passphrase the file has ciphertext, as the CLI writes it, and is read as it was", async () => {
  const path = join(folder, "sealed.json");
  const state = deployment("open sesame");
  await fileKeeper(path, "open sesame")(writeDeployment(state));
  const text = await readFile(path, "utf8");
  expect(text).not.toContain("canary");
  expect(text.match(/"ciphertext": "v1:[\w+/]{16}:[\w+/=]+"/g)).toHaveLength(3);
  expect(text).toContain('"plaintext": "open"');
  expect(await loadState(path, "open sesame")).toEqual(state);
  await expect(loadState(path, "open sesam")).rejects.toThrow(StateError);
  await expect(loadState(path, "open sesam")).rejects.toThrow(/is not the passphrase/);
  await expect(loadState(path)).rejects.toThrow(/set PULUMI_CONFIG_PASSPHRASE/);
});

test("without one it is as it always was", async () => {
  const path = join(folder, "open.json");
  const state = { resources: [thing], pendingOperations: [] };
  await fileKeeper(path)(writeDeployment(state));
  expect(await loadState(path)).toEqual(state);
  expect(await loadState(path, "any")).toEqual(state);
});
