/** What no run shows: how the program is written. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { roleIds } from "../../components/access/roles.ts";
import { root } from "../support/stages.ts";

const sources = ["components", "stacks"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  )
  .filter((file) => file.endsWith(".ts"))
  .concat("index.ts")
  .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));

/** The arguments of every `.apply(…)` in a text. */
function applied(text: string): string[] {
  return [...text.matchAll(/\.apply\s*\(/g)].map(({ index }) => {
    const from = text.indexOf("(", index);
    let depth = 0;
    for (let at = from; at < text.length; at++) {
      if (text[at] === "(") depth += 1;
      if (text[at] === ")") depth -= 1;
      if (depth === 0) return text.slice(from + 1, at);
    }
    return text.slice(from);
  });
}

describe("the program", () => {
  test("is read from its files", () => {
    expect(sources.length).toBeGreaterThan(30);
    expect(sources.flatMap(({ text }) => applied(text)).length).toBeGreaterThan(5);
  });

  test("makes nothing inside apply: a preview could not show it", () => {
    expect(applied("a.apply((b) => new C(b)); d.apply(f(e))")).toEqual(["(b) => new C(b)", "f(e)"]);
    const made = sources.flatMap(({ file, text }) =>
      applied(text)
        // An address that is taken apart is not a resource.
        .filter((body) => /\bnew (?!URL\b|Error\b)/.test(body))
        .map((body) => `${file}: ${body}`),
    );
    expect(made).toEqual([]);
  });

  test("keeps role ids, and all GUIDs, in one table", () => {
    const guid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
    const elsewhere = sources.filter(({ file }) => file !== "components/access/roles.ts");
    expect(
      elsewhere.flatMap(({ file, text }) => (text.match(guid) ?? []).map((id) => `${file}: ${id}`)),
    ).toEqual([]);
    const table = readFileSync(join(root, "components/access/roles.ts"), "utf8");
    for (const id of Object.values(roleIds)) expect(table.split(id)).toHaveLength(2);
  });

  test("names no child by a fixed string", () => {
    const children = sources
      .filter(({ file }) => file.startsWith("components/"))
      .flatMap(({ file, text }) =>
        [...text.matchAll(/\bnew (?:\w+\.)?([A-Z]\w+)\(\s*("[^"]*")/g)]
          .filter(([, type]) => !type!.endsWith("Error"))
          .map(([, type, name]) => `${file}: ${type!} ${name!}`),
      );
    expect(children).toEqual([]);
  });

  test("reads configuration in one place", () => {
    const readers = sources.filter(({ text }) =>
      /pulumi\.Config\b|runtime\.allConfig|getStack\(\)/.test(text),
    );
    expect(readers.map(({ file }) => file)).toEqual(["stacks/config.ts"]);
  });

  test("keeps planners free of Pulumi", () => {
    const pure = sources.filter(
      ({ text, file }) =>
        /\bPure\b/.test(/^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? "") ||
        /-plan\.ts$|-table\.ts$|names\.ts$/.test(file),
    );
    expect(pure.length).toBeGreaterThan(8);
    for (const { file, text } of pure)
      expect([file, /^import (?!type).*"@pulumi\//m.test(text)]).toEqual([file, false]);
  });

  test("opens on one screen", () => {
    expect(sources.find(({ file }) => file === "index.ts")!.text.split("\n").length).toBeLessThan(40);
    for (const { file, text } of sources)
      expect([file, text.split("\n").length > 300]).toEqual([file, false]);
  });
});
