/** Files that nobody meant to write, or that somebody meant to harm with: each is a body or a listed problem, and soon. */
import { readdirSync, readFileSync, symlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseDocument } from "yaml";
import { loadFolder } from "../../specs/load.ts";
import { parseSpec } from "../../specs/parse.ts";
import { render } from "../../specs/render.ts";
import { toArm } from "../../specs/kinds.ts";
import { resourceIds } from "../../specs/resource-ids.ts";
import { processorTime } from "../support/work.ts";
import { schema, withFolder } from "./folder.ts";

const corpus = fileURLToPath(new URL("corpus/", import.meta.url));
const files = readdirSync(corpus, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".yml"))
  .sort()
  .map((file) => join(corpus, file));
const texts = new Map(files.map((file) => [file, readFileSync(file, "utf8")]));
const flags = {
  subscription: "s",
  "resource-group": "rg",
  workspace: "ws",
  location: "eastus",
  name: undefined,
  "endpoint-name": "endpoint",
  compute: "compute",
  help: false,
};

/** A body, or problems with a place and words; never both, never neither. */
function outcome(file: string, text: string): void {
  const { document, problems } = parseSpec(file, text, { name: "name" });
  expect(document === undefined).toBe(problems.length > 0);
  for (const { line, column, message } of problems) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).not.toMatch(/undefined|\[object|^$/);
  }
  if (document) {
    const resolve = resourceIds({ subscription: "s", resourceGroup: "rg", workspace: "ws" });
    expect(toArm(document, resolve, { location: "eastus" }).body).toBeInstanceOf(Object);
  }
}

/** A longer run by hand: `SPECS_FUZZ_RUNS=200000 SPECS_FUZZ_SEED=7 npm test -- tests/specs/hostile -w 1`. */
const FUZZ = {
  seed: Number(process.env["SPECS_FUZZ_SEED"] ?? 4),
  numRuns: Number(process.env["SPECS_FUZZ_RUNS"] ?? 1500),
};
const FUZZ_TIME = Math.max(60_000, FUZZ.numRuns * 20);

const PIECES = [
  "null",
  "[]",
  "{}",
  "- a",
  "1e999",
  "''",
  "&a *a",
  "<<: {}",
  "!!set {}",
  "azureml:",
  "${{",
  "\t",
  "🦊",
  "2024-01-01",
  "~",
  "? x",
  ": :",
  "azureml://registries/a/b",
  "type: 3",
  "inputs: [1]",
];

describe("mutated files", () => {
  const mutation = fc.record({
    file: fc.constantFrom(...files),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(12),
    piece: fc.constantFrom("", ...PIECES),
  });
  test(
    "become a body or a listed problem",
    () => {
      fc.assert(
        fc.property(mutation, ({ file, at, length, piece }) => {
          const text = texts.get(file)!;
          const start = Math.floor(at * text.length);
          outcome(file, text.slice(0, start) + piece + text.slice(start + length));
        }),
        FUZZ,
      );
    },
    FUZZ_TIME,
  );

  test(
    "with a value of another shape become a body or a listed problem",
    () => {
      fc.assert(
        fc.property(mutation, ({ file, at, piece }) => {
          const lines = texts.get(file)!.split("\n");
          const index = Math.floor(at * (lines.length - 1));
          lines[index] = lines[index]!.replace(/:.*$/, `: ${piece}`);
          outcome(file, lines.join("\n"));
        }),
        FUZZ,
      );
    },
    FUZZ_TIME,
  );
});

describe("hostile files", () => {
  test("of 100 MB are refused unread", () => {
    withFolder({ "big.yml": "a: b\n" }, (folder) => {
      const file = join(folder, "big.yml");
      truncateSync(file, 100 * 1024 * 1024);
      const before = process.memoryUsage().rss;
      expect(render(file, flags)).toMatchObject({
        error: expect.stringMatching(/characters; allowed: at most/),
      });
      expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024);
    });
  });

  test.each([
    ["a path above the folder", "path: ../outside.csv"],
    ["an absolute path", "path: /etc/hostname"],
    ["a link out of the folder", "path: link.csv"],
  ])("with %s are refused by a stage", (_, path) => {
    const text = `${schema("data")}name: d\ntype: uri_file\n${path}\n`;
    withFolder({ "outside.csv": "", "in/d.yml": text }, (folder) => {
      symlinkSync(join(folder, "outside.csv"), join(folder, "in/link.csv"));
      const { documents, problems } = loadFolder(join(folder, "in"));
      expect(documents).toEqual([]);
      expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining("is outside of")]);
    });
  });

  test("that include themselves are told the way round", () => {
    const pipeline = (next: string) =>
      `${schema("pipelineComponent")}name: p\nversion: 1\ntype: pipeline\njobs:\n  a: {type: pipeline, component: ./${next}}\n`;
    withFolder({ "a.yml": pipeline("b.yml"), "b.yml": pipeline("a.yml") }, (folder) => {
      const file = join(folder, "a.yml");
      const { problems } = parseSpec(file, readFileSync(file, "utf8"));
      expect(problems.map(({ message }) => message.replaceAll(`${folder}/`, ""))).toEqual([
        expect.stringMatching(/^a pipeline holds itself: b\.yml -> a\.yml -> b\.yml$/),
      ]);
    });
  });
});

test("rendering costs no more than a few readings of the same files by the YAML library", () => {
  const each = (work: (file: string) => unknown) => () => {
    for (let index = 0; index < 500; index++) work(files[index % files.length]!);
  };
  const rendering = each((file) => render(file, flags));
  const reading = each((file) => parseDocument(readFileSync(file, "utf8")).toJS() as unknown);
  rendering(); // warms both
  expect(processorTime(rendering)).toBeLessThan(8 * processorTime(reading));
});

test("a key that Microsoft's tools ignore is a warning that says so", () => {
  const text = `${schema("pipelineJob")}jobs:\n  a: {type: command, component: "azureml:c:1", inptus: {}}\n`;
  const { document, warnings } = parseSpec("p.yml", text, { name: "p" });
  expect(document?.kind).toBe("pipelineJob");
  expect(warnings.map(({ path, message }) => [path, message])).toEqual([
    [
      "jobs.a.inptus",
      'key "inptus" is no key of a node; Microsoft\'s tools pass it on; did you mean "inputs"?',
    ],
  ]);
});
