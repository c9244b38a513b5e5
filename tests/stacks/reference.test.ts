/** The generated pages are what the schema says now. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { configPage, stageFileSchema } from "../../stacks/reference.ts";
import { settings } from "../../stacks/settings.ts";
import { root, stageNames, stageValues } from "../support/stages.ts";

/** Set to rewrite the files under `docs/`. */
const rewrite = process.env["UPDATE_GOLDENS"] === "1";

test.each([
  ["docs/config.md", configPage],
  ["docs/stage.schema.json", () => `${JSON.stringify(stageFileSchema(), undefined, 2)}\n`],
] as const)("%s is current", (file, make) => {
  const path = join(root, file);
  if (rewrite) writeFileSync(path, make());
  expect(readFileSync(path, "utf8")).toBe(make());
});

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly description?: string;
}

describe("the schema", () => {
  const config = (stageFileSchema() as Node).properties!["config"]!.properties!;

  test("has every key that the program reads, and no other", () => {
    expect(Object.keys(config)).toEqual(Object.keys(settings.shape).map((key) => `azure-ml:${key}`));
  });

  test.each(stageNames)("knows every key of Pulumi.%s.yaml, at every depth", (name) => {
    const unknown = (value: unknown, node: Node | undefined, path: string): string[] => {
      if (typeof value !== "object" || value === null || Array.isArray(value) || !node?.properties) return [];
      return Object.entries(value).flatMap(([key, part]) =>
        key in node.properties! ? unknown(part, node.properties![key], `${path}.${key}`) : [`${path}.${key}`],
      );
    };
    const values = Object.fromEntries(
      Object.entries(stageValues(name)).map(([key, value]) => [`azure-ml:${key}`, value]),
    );
    expect(unknown(values, { properties: config }, name)).toEqual([]);
    const text = readFileSync(join(root, `Pulumi.${name}.yaml`), "utf8");
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=docs/stage.schema.json");
  });
});

test("the page has a section for every key", () => {
  const sections = [...configPage().matchAll(/^## `azure-ml:(\w+)`$/gm)].map(([, key]) => key);
  expect(sections).toEqual(Object.keys(settings.shape));
});
