/** What every component keeps, whatever it makes. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import * as azureNative from "@pulumi/azure-native/provider.js";
import * as storage from "@pulumi/azure-native/storage/index.js";
import { components } from "../support/components.ts";
import { run } from "../support/pulumi.ts";
import type { Registered, Run } from "../support/pulumi.ts";
import { root } from "../support/stages.ts";

/** What Azure keeps in no region. */
const worldwide = [":PrivateZone", ":VirtualNetworkLink", ":MetricAlert", ":ActionGroup"];

class Outer extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Outer", name, {}, opts);
    this.registerOutputs({});
  }
}

test("the tokens of all components are known: they are part of every URN", () => {
  const folder = join(root, "components");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const tokens = files.flatMap((file) =>
    [
      ...readFileSync(join(folder, file), "utf8").matchAll(
        /super\(token\("(\w+)", "(\w+)"\), name, args, opts\)/g,
      ),
    ].map(([, module, name]) => ({ folder: file.split("/")[0], module, token: `azureml:${module}:${name}` })),
  );
  expect(tokens.map(({ token }) => token).sort()).toEqual(Object.keys(components).sort());
  for (const { folder: at, module } of tokens) if (module !== "access") expect(module).toBe(at);
  const classes = files.flatMap((file) =>
    [...readFileSync(join(folder, file), "utf8").matchAll(/extends pulumi\.ComponentResource/g)].map(
      () => file,
    ),
  );
  expect(classes).toHaveLength(tokens.length);
});

describe.each(Object.entries(components))("%s", (type, make) => {
  let recorded: Run;
  let component: Registered;
  let children: Registered[];

  beforeAll(async () => {
    recorded = await run(() => {
      const provider = new azureNative.Provider("explicit", {});
      const first = new storage.BlobContainer("first", { accountName: "a", resourceGroupName: "g" });
      const outer = new Outer("outer", { protect: true, providers: [provider] });
      make("it", { parent: outer, dependsOn: first });
    });
    component = recorded.one(type);
    children = recorded.resources.filter(({ urn }) => urn.includes(`${type}$`));
  });

  test("makes something, under itself", () => {
    expect(children.length).toBeGreaterThan(0);
    for (const { parent } of children) expect(parent).toBe(component.urn);
    expect(component.parent).toMatch(/test:index:Outer::outer$/);
  });

  test("names what it makes after itself", () => {
    expect(component.name).toBe("it");
    for (const { name } of children) expect(name).toMatch(/^it(-|$)/);
  });

  test("hands protection, provider and dependsOn down", () => {
    for (const child of children) {
      expect([child.name, child.protect]).toEqual([child.name, true]);
      expect(child.dependencies.map((urn) => urn.split("::").at(-1))).toContain("first");
      if (child.type.startsWith("azure-native:")) expect(child.provider).toContain("::explicit::");
    }
  });

  test("says where and with which tags, wherever Azure asks", () => {
    const tagged = children.filter(({ inputs }) => "tags" in inputs);
    for (const { inputs } of tagged) expect(inputs["tags"]).toMatchObject({ stage: "test" });
    const placed = children.filter(({ inputs }) => "location" in inputs);
    for (const { type: of, inputs } of placed)
      expect(inputs["location"]).toBe(worldwide.some((it) => of.endsWith(it)) ? "global" : "westeurope");
  });

  test("makes the same in a preview, where nothing is known yet", async () => {
    const program = () => {
      make("it");
    };
    const preview = await run(program, { preview: true });
    const twice = await run(program);
    const shape = ({ resources }: Run) =>
      resources.map((it) => [it.type, it.name, it.parent].join(" ")).sort();
    expect(shape(preview)).toEqual(shape(twice));
  });
});
