/**
 * The plain program that a stage is compared with: the same resources of azure-native, azuread, random and azureml, one
 * after the other, their values written out. What Azure makes up at creation (ids of identities) is taken from the resource.
 */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Deployment } from "@azure-ml-as-code/local/engine/state.ts";
import { isSecret, mapDeep } from "@azure-ml-as-code/protocol/values.ts";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";
import { root } from "./processes.ts";

/** Ids that nobody chose. */
const MADE_UP = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const INDEX = `
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as native from "@pulumi/azure-native";
import * as azuread from "@pulumi/azuread";
import * as random from "@pulumi/random";

delete Error.prepareStackTrace; // as the stage's own program
const packages = { "azure-native": native, azuread, random };
const made = [];

function classOf(type) {
  const [pkg, module, name] = type.split(":");
  const found = pkg === "azure-native" ? packages[pkg][module]?.[name] : packages[pkg]?.[name];
  if (found) return found;
  return class extends pulumi.CustomResource {
    constructor(name, inputs, options) {
      super(type, name, inputs, options);
    }
  };
}
const resolve = (value) => {
  if (Array.isArray(value)) return value.map(resolve);
  if (value === null || typeof value !== "object") return value;
  if ("$secret" in value) return pulumi.secret(resolve(value.$secret));
  if ("$from" in value) {
    if (pulumi.runtime.isDryRun()) return value.literal; // not made yet
    const [index, [first, ...rest]] = value.$from;
    return pulumi.output(made[index][first]).apply((found) => rest.reduce((at, key) => at?.[key], found));
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
};
for (const { type, name, inputs, after } of JSON.parse(readFileSync(new URL("resources.json", import.meta.url), "utf8")))
  made.push(new (classOf(type))(name, resolve(inputs), { dependsOn: after.map((index) => made[index]) }));
`;

/** Where a made-up id first stands in what a resource put out. */
function* madeUp(value: Value | undefined, path: readonly string[]): Generator<[string, readonly string[]]> {
  if (typeof value === "string" && MADE_UP.test(value)) yield [value, path];
  else if (Array.isArray(value)) return;
  else if (value !== null && typeof value === "object")
    for (const [key, inner] of Object.entries(value)) yield* madeUp(inner, [...path, key]);
}

/** @param state of the stage, as an `up` left it. @returns how many resources the program has */
export async function plainProgram(folder: string, stage: string, state: Deployment): Promise<number> {
  const resources = state.resources.filter(
    ({ custom, type, urn }) => custom && !type.startsWith("pulumi:") && !urn.includes("::pulumi:providers:"),
  );
  const index = new Map(resources.map(({ urn }, i) => [urn, i]));
  const sources = new Map<string, [number, readonly string[]]>();
  const program = resources.map(({ urn, type, inputs, outputs, dependencies }, i) => {
    const literal = mapDeep(inputs, (value): Value => {
      if (isSecret(value)) return { $secret: value["value"] ?? null };
      const source = typeof value === "string" ? sources.get(value) : undefined;
      return source ? { $from: [source[0], [...source[1]]], literal: value } : value;
    });
    const own = JSON.stringify(inputs);
    for (const [id, path] of madeUp(outputs, []))
      if (!sources.has(id) && !own.includes(id)) sources.set(id, [i, path]);
    return {
      ...{ type, name: urn.split("::").at(-1), inputs: literal },
      after: dependencies.flatMap((dependency) => index.get(dependency) ?? []),
    };
  });
  await mkdir(folder, { recursive: true });
  for (const name of ["node_modules", "workloads"]) await symlink(join(root, name), join(folder, name));
  await Promise.all([
    writeFile(
      join(folder, "package.json"),
      JSON.stringify({ name: "plain", type: "module", main: "index.js" }),
    ),
    writeFile(join(folder, "index.js"), INDEX),
    writeFile(join(folder, "resources.json"), JSON.stringify(program)),
    writeFile(
      join(folder, "Pulumi.yaml"),
      "name: plain\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    ),
    writeFile(join(folder, `Pulumi.${stage}.yaml`), "config: {}\n"),
  ]);
  return program.length;
}
