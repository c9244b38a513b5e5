/** The parser of specs, by the YAML of the workloads with parts of it cut, doubled and filled with odd texts. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { toArm } from "../../../specs/kinds.ts";
import { parseSpec } from "../../../specs/parse.ts";
import { resourceIds } from "../../../specs/resource-ids.ts";
import { mangled, oddJson } from "../odd.ts";
import { holds, opened } from "../target.ts";
import type { Target } from "../target.ts";

const ROOT = join(import.meta.dirname, "../../..");
const PATIENCE_MS = 5_000;
const NAMES = { name: "name", endpoint_name: "endpoint", compute: "azureml:compute" };
const resolve = resourceIds({ subscription: "s", resourceGroup: "rg", workspace: "ws" });

const GOOD = readdirSync(join(ROOT, "workloads"), { recursive: true, encoding: "utf8" })
  .filter((file) => /\.ya?ml$/.test(file))
  .map((file) => readFileSync(join(ROOT, "workloads", file), "utf8"))
  .filter((text) => text.includes("$schema"));

/** Names of ten, of ten of ten, and so on: small to write, large to have. */
const LAUGHS = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${"b,c,d,e,f,g,h,i"
  .split(",")
  .map((name, i) => `${name}: &${name} [${Array(10).fill(`*${"abcdefgh"[i]!}`).join(",")}]`)
  .join("\n")}\nname: x`;

export const specs: Target = {
  id: "specs",
  about: "the parser of specs: every text becomes a document or problems that say where, in a moment",
  open() {
    const text = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...GOOD).chain(mangled) },
      oddJson.map((value) => JSON.stringify(value)),
      fc.constantFrom(
        LAUGHS,
        "- ".repeat(5_000),
        "? ".repeat(2_000),
        "{".repeat(5_000),
        "a: !!js/function x",
        "<<: *x",
        "%YAML 9.9\n---\na",
      ),
      fc.string({ unit: "binary" }),
    );
    const property = fc.asyncProperty(text, (given) => {
      const began = performance.now();
      const { document, problems, warnings } = parseSpec("/fuzz/spec.yml", given, NAMES);
      holds(document !== undefined || problems.length > 0, "neither a document nor a problem");
      for (const { message } of [...problems, ...warnings]) holds(message !== "", "a problem without words");
      if (document) JSON.stringify(toArm(document, resolve, { location: "eastus" }));
      holds(performance.now() - began < PATIENCE_MS, "it took too long");
      holds(!("polluted" in {}), "a prototype was changed");
      return Promise.resolve();
    });
    return Promise.resolve(opened(property, () => Promise.resolve()));
  },
};
