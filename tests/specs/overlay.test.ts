/** What a stage says otherwise, beside the file that it is about. */
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { loadFolder } from "../../specs/load.ts";
import { merge, overlayName } from "../../specs/overlay.ts";
import { schema, withFolder } from "./folder.ts";

const ENDPOINT = `${schema("managedOnlineEndpoint")}name: my-endpoint\ntags: {a: b, c: d}\nauth_mode: key\n`;

const load = (files: Readonly<Record<string, string>>, stage?: string) =>
  withFolder(files, (folder) => {
    const { documents, problems } = loadFolder(folder, stage);
    return {
      specs: documents.map(({ name, spec }) => ({ name, ...(spec as object) })),
      problems: problems.map(({ file, line, path, message }) => [
        file.slice(join(folder, "/").length),
        line,
        path,
        message,
      ]),
    };
  });

describe("merge", () => {
  test.each([
    ["maps by key", { a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: 1, c: 3 } }],
    [
      "lists by name",
      [{ name: "x", n: 1 }, { name: "y" }],
      [{ name: "x", n: 2 }, { name: "z" }],
      [{ name: "x", n: 2 }, { name: "y" }, { name: "z" }],
    ],
    ["other lists whole", [1, 2], [3], [3]],
    ["null as nothing", { a: 1, b: 2 }, { a: null }, { b: 2 }],
  ])("takes %s", (_, base, over, merged) => {
    expect(merge(base, over)).toEqual(merged);
  });

  test("leaves a key named __proto__ a key", () => {
    const over = JSON.parse('{"__proto__": {"x": 1}}') as object;
    expect(Object.keys(merge({}, over) as object)).toEqual(["__proto__"]);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

test("the name of an overlay", () => {
  expect(overlayName("a/endpoint.prod.yml")).toEqual({ base: "a/endpoint.yml", stage: "prod" });
  expect(overlayName("a/endpoint.yml")).toBeUndefined();
});

describe("a folder", () => {
  const files = { "e.yml": ENDPOINT, "e.prod.yml": "auth_mode: aad_token\ntags: {c: e}\n" };

  test("without a stage is as it stands", () => {
    expect(load(files)).toMatchObject({
      specs: [{ auth_mode: "key", tags: { a: "b", c: "d" } }],
      problems: [],
    });
  });

  test("with a stage has that stage's overlay", () => {
    expect(load(files, "prod")).toMatchObject({
      specs: [{ auth_mode: "aad_token", tags: { a: "b", c: "e" } }],
    });
    expect(load(files, "dev")).toMatchObject({ specs: [{ auth_mode: "key" }] });
  });

  test("tells a problem of an overlay in the overlay", () => {
    const wrong = { ...files, "e.prod.yml": "tags: {}\nauth_mode: keys\n" };
    expect(load(wrong, "prod").problems).toEqual([
      ["e.prod.yml", 2, "auth_mode", expect.stringMatching(/did you mean "key"/)],
    ]);
  });

  test("takes a file with a $schema for a document, whatever its name", () => {
    const other = ENDPOINT.replace("my-endpoint", "other-endpoint");
    expect(load({ "e.yml": ENDPOINT, "e.prod.yml": other }, "prod").specs).toHaveLength(2);
  });
});
