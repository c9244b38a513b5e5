import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ARCHIVE, ASSET, SECRET, SIGNATURE } from "@azure-ml-as-code/protocol/values.ts";
import { hashAssets } from "../../../local/engine/assets.ts";
import { readConfig, readProject } from "../../../local/engine/config.ts";
import { attachedProviders } from "../../../local/engine/plugins.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "engine-config-"));
});
afterEach(() => rm(directory, { recursive: true }));
const put = (name: string, text: string) => writeFile(join(directory, name), text);

const project = "name: shop\nruntime: { name: nodejs, options: { typescript: false } }\n";

describe("the project", () => {
  test("says what runs where", async () => {
    await put("index.ts", "");
    await put(
      "Pulumi.yaml",
      `${project}main: index.ts\nplugins: { providers: [{ name: toy, path: ./toy }] }\n`,
    );
    expect(await readProject(directory)).toMatchObject({
      name: "shop",
      directory,
      entry: "index.ts",
      options: { typescript: false, nodeargs: [] },
      plugins: new Map([["toy", join(directory, "toy")]]),
    });
  });
  test.each([
    [undefined, "there is no Pulumi.yaml in"],
    ["name: [", "Pulumi.yaml: "],
    ["runtime: nodejs", "name is missing"],
    ["name: x\nruntime: python", 'runtime is "python"; the embedded engine runs nodejs only'],
    [`${project}main: nowhere.ts`, "nowhere.ts, which is not there"],
    [`${project}packages: {}`, "does not support packages"],
    [`${project}plugins: { analyzers: [] }`, "does not support plugins.analyzers"],
  ])("refuses %j", async (text, message) => {
    if (text !== undefined) await put("Pulumi.yaml", text);
    await expect(readProject(directory)).rejects.toThrow(message);
  });
});

describe("the configuration", () => {
  const read = async (shared: string, stack: string, passphrase?: string) => {
    await put("Pulumi.yaml", project + shared);
    await put("Pulumi.test.yaml", stack);
    return readConfig(await readProject(directory), "test", {}, passphrase);
  };
  test("the stack's over the project's; bare keys are the project's; structures are JSON", async () => {
    const config = await read(
      "config: { size: { default: 1 }, shop:color: red, toy:region: { value: west } }",
      "config: { shop:size: 2, flag: true, toy:list: { b: [1, two], a: x } }",
    );
    expect(config.values).toEqual({
      "shop:size": "2",
      "shop:color": "red",
      "shop:flag": "true",
      "toy:region": "west",
      "toy:list": '{"a":"x","b":[1,"two"]}',
    });
    expect(config.forPackage("toy")).toEqual({ region: "west", list: '{"a":"x","b":[1,"two"]}' });
  });
  test("encrypted values are opened with the passphrase, and marked; without it they are refused by name", async () => {
    // As `pulumi config set --secret` wrote it with the passphrase "kit".
    const sealed = `encryptionsalt: v1:XdB+2FZvtF0=:v1:+eby5TW2B95e4x2m:e9G2zIwmJY7loN3K5p+h0IvseWEiOQ==
config:
  open: 1
  token: { secure: "v1:tfmKvB2GAmQsEEI2:7fyKqIQsqFW8n/877jVHRXZgz3Qs8Q==" }
  toy:deep: [{ secure: "v1:cWEd23A9rtXEqF6J:GSueLZcB/bVLQPg2tQsbUeDSh1jabWtdNWdyCA==" }]`;
    const config = await read("", sealed, "kit");
    expect(config.values).toMatchObject({ "shop:token": "s3cret", "toy:deep": '["inner-secret"]' });
    expect([...config.secrets]).toEqual(["shop:token", "toy:deep"]);
    expect(config.forPackage("toy")["deep"]).toMatchObject({ [SIGNATURE]: SECRET });
    const named = "shop:token, toy:deep: ";
    await expect(read("", sealed)).rejects.toThrow(`${named}set PULUMI_CONFIG_PASSPHRASE`);
    await expect(read("", sealed, "wrong")).rejects.toThrow(
      `${named}cannot be opened: PULUMI_CONFIG_PASSPHRASE is not the passphrase`,
    );
    await expect(read("", `secretsprovider: awskms://x\n${sealed}`, "kit")).rejects.toThrow(
      "not with awskms://x",
    );
  });
});

test("attached providers", () => {
  expect(attachedProviders("toy:1234, azure-native:99")).toEqual(
    new Map([
      ["toy", "127.0.0.1:1234"],
      ["azure-native", "127.0.0.1:99"],
    ]),
  );
  expect(() => attachedProviders("toy")).toThrow('has "toy"; wanted is name:port');
});

test("assets are known by their content, archives by their files'", async () => {
  await put("data.txt", "data");
  const asset = (path: string) => ({ [SIGNATURE]: ASSET, path });
  const hashed = await hashAssets(
    {
      file: asset("data.txt"),
      text: { [SIGNATURE]: ASSET, text: "data" },
      archive: { [SIGNATURE]: ARCHIVE, assets: { "a.txt": asset("data.txt") } },
      same: { [SIGNATURE]: ARCHIVE, assets: { "a.txt": { [SIGNATURE]: ASSET, text: "data" } } },
      other: { [SIGNATURE]: ARCHIVE, assets: { "b.txt": asset("data.txt") } },
    },
    directory,
  );
  const hash = (key: string) => (hashed[key] as Record<string, string>)["hash"];
  expect(hash("file")).toBe("3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7");
  expect(hash("text")).toBe(hash("file"));
  expect(hash("same")).toBe(hash("archive"));
  expect(hash("other")).not.toBe(hash("archive"));
  await expect(hashAssets({ x: asset("nowhere") }, directory)).rejects.toThrow("nowhere");
});
