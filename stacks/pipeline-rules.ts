/** What cannot work between the steps of a pipeline: bindings that lead nowhere, types that do not fit, circles. Pure. */
import { show } from "../specs/problems.ts";
import type { KeyPath } from "../specs/types.ts";

export type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const object = (value: unknown): Json => (isObject(value) ? value : {});
export const entries = (value: unknown): [string, Json][] =>
  Object.entries(object(value)).map(([key, item]) => [key, object(item)]);
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export type Found = readonly [path: KeyPath, message: string];

/** What a component takes and gives, and the steps of one that is a pipeline. */
export type Spec = Json;

/** Data is a file, or a folder; a custom model may be either. Everything else is a value. */
const FORMS: Readonly<Record<string, string>> = {
  uri_file: "file",
  ...{ uri_folder: "folder", mltable: "folder", mlflow_model: "folder", triton_model: "folder" },
  custom_model: "any",
};
const formOf = (type: string): string => FORMS[type.toLowerCase()] ?? "value";
function fits(given: string, taken: string): boolean {
  const [from, to] = [formOf(given), formOf(taken)];
  return from === to || (from !== "value" && to !== "value" && (from === "any" || to === "any"));
}

const STEP = /^\$\{\{\s*parent\.jobs\.([\w-]+)\.outputs\.([\w-]+)\s*\}\}$/;
const PARENT = /^\$\{\{\s*parent\.inputs\.([\w-]+)\s*\}\}$/;

interface Step {
  readonly name: string;
  readonly node: Json;
  readonly spec: Spec | undefined;
}

const bindingsOf = ({ node }: Step): [string, string][] =>
  entries(node["inputs"]).map(([name, input]) => [name, textOf(input["value"] ?? input["path"])]);

/** @param inputs types of the pipeline's own, where they are known. */
export function pipelineProblems(
  nodes: Json,
  specs: Map<string, Spec>,
  inputs: Readonly<Record<string, string>>,
): Found[] {
  const steps: Step[] = entries(nodes).map(([name, node]) => ({
    name,
    node,
    spec: specs.get(textOf(node["componentId"] ?? object(node["trial"])["componentId"])),
  }));
  const byName = new Map(steps.map((step) => [step.name, step]));
  const wrong = steps.flatMap((step): Found[] =>
    bindingsOf(step).flatMap(([input, value]): Found[] => {
      const path = ["jobs", step.name, "inputs", input];
      const taken = textOf(object(object(step.spec?.["inputs"])[input])["type"]);
      const [, from, output] = STEP.exec(value) ?? [];
      const [, parent] = PARENT.exec(value) ?? [];
      if (parent !== undefined) {
        const given = inputs[parent];
        return given === undefined || taken === "" || fits(given, taken)
          ? []
          : [
              [
                path,
                `found input ${parent} of the pipeline, which is ${given}; input ${input} of step ${step.name} takes ${taken}`,
              ],
            ];
      }
      if (from === undefined || output === undefined) return [];
      const source = byName.get(from);
      if (!source)
        return [
          [
            path,
            `found ${value}; the pipeline has no step ${show(from)}, it has ${[...byName.keys()].join(", ")}`,
          ],
        ];
      const declared: Json = { ...object(source.node["outputs"]), ...object(source.spec?.["outputs"]) };
      if (source.spec && !(output in declared))
        return [
          [
            path,
            `found ${value}; step ${from} has no output ${show(output)}, it has ${Object.keys(declared).join(", ") || "none"}`,
          ],
        ];
      const own = object(object(source.node["outputs"])[output]);
      const given = textOf(object(declared[output])["type"] ?? own["job_output_type"]);
      return given === "" || taken === "" || fits(given, taken)
        ? []
        : [
            [
              path,
              `found output ${output} of step ${from}, which is ${given}; input ${input} of step ${step.name} takes ${taken}`,
            ],
          ];
    }),
  );
  const cycle = cycleOf(steps);
  return [
    ...wrong,
    ...(cycle
      ? [[["jobs", cycle[0]!], `the steps wait for each other: ${cycle.join(" -> ")}`] as const]
      : []),
  ];
}

/** Steps that need each other, the first again at the end. */
function cycleOf(steps: readonly Step[]): string[] | undefined {
  const needs = new Map(
    steps.map((step) => [step.name, bindingsOf(step).flatMap(([, value]) => STEP.exec(value)?.[1] ?? [])]),
  );
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): string[] | undefined => {
    const before = way.indexOf(name);
    if (before >= 0) return [...way.slice(before), name];
    if (done.has(name)) return undefined;
    for (const need of needs.get(name) ?? []) {
      const found = visit(need, [...way, name]);
      if (found) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const { name } of steps) {
    const found = visit(name, []);
    if (found) return found;
  }
  return undefined;
}

/** Types as the bodies have them: of a job's inputs, or of a component's. */
export const typesOf = (inputs: unknown): Record<string, string> =>
  Object.fromEntries(
    entries(inputs).flatMap(([name, input]) => {
      const type = textOf(input["jobInputType"] ?? input["type"]);
      return type === "" ? [] : [[name, type]];
    }),
  );
