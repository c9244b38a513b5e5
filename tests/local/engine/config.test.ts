import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ARCHIVE, ASSET, SIGNATURE } from "@azure-ml-as-code/protocol/values.ts";
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
  const read = async (shared: string, stack: string) => {
    await put("Pulumi.yaml", project + shared);
    await put("Pulumi.test.yaml", stack);
    return readConfig(await readProject(directory), "test");
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
  test("encrypted values are refused by name", async () => {
    await expect(
      read("", "config: { open: 1, password: { secure: v1:x }, toy:deep: [{ secure: y }] }"),
    ).rejects.toThrow("shop:password, toy:deep: the embedded engine cannot read encrypted values");
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
