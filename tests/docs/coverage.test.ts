/** `docs/coverage.md`: every row of the feature comparison is there, and says either which files have it or why not. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { root } from "../support/stages.ts";

const rows = readFileSync(join(root, "docs/coverage.md"), "utf8")
  .split("\n")
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const [, number = "", what = "", ours = "", where = "", why = ""] = line
      .split("|")
      .map((cell) => cell.trim());
    return { number, what, ours, files: [...where.matchAll(/`([^`]+)`/g)].map(([, file]) => file!), why };
  });

test("no row is missing, and none is there twice", () => {
  const numbers = Array.from({ length: 51 }, (_, i) => (i === 23 ? ["24a", "24b", "24"] : [String(i + 1)]));
  expect(rows.map(({ number }) => number)).toEqual(numbers.flat());
});

test("what is had is somewhere; what is not had, or in part, has a reason", () => {
  const unsaid = rows.filter(({ ours, files, why }) =>
    ours === "yes" ? files.length === 0 : why.length < 20 || (ours !== "no" && files.length === 0),
  );
  expect(unsaid).toEqual([]);
  expect(rows.filter(({ what }) => what.length < 5)).toEqual([]);
});

test("the files that are named are there", () => {
  const named = rows.flatMap(({ number, files }) => files.map((file) => [number, file] as const));
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter(([, file]) => !existsSync(join(root, file)))).toEqual([]);
});
