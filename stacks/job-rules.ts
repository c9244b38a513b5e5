/** What cannot work about jobs, pipelines, schedules and monitors that are each well-formed. Pure. */
import { basename } from "node:path";
import { Cron } from "croner";
import { toArm } from "../specs/kinds.ts";
import { show } from "../specs/problems.ts";
import type { AnyDocument, Problem, Reference } from "../specs/types.ts";
import { bodyInPlace } from "./asset-content.ts";
import { entries, object, pipelineProblems, textOf, typesOf } from "./pipeline-rules.ts";
import type { Found, Json, Spec } from "./pipeline-rules.ts";

interface Given {
  readonly documents: readonly AnyDocument[];
}

/** A document's ARM body in which each component is a key of `specs`; what is not known here is no key. */
function rendered(document: AnyDocument, documents: readonly AnyDocument[]) {
  const specs = new Map<string, Spec>();
  const resolve = (reference: Reference): string => {
    if (reference.kind === "prefixed") return resolve(reference.of);
    const body =
      reference.kind === "local" && reference.type === "component"
        ? bodyInPlace(reference, resolve)
        : reference.kind === "asset" && reference.type === "component"
          ? componentOf(documents, reference)
          : undefined;
    if (!body) return reference.kind === "asset" && reference.type === "model" ? "a model" : "";
    const key = `component ${specs.size}`;
    specs.set(key, object(object(body.properties)["componentSpec"]));
    return key;
  };
  const body = toArm(document, resolve, { location: "" }).body as { readonly properties: object };
  return { properties: body.properties as Json, specs };
}

function componentOf(documents: readonly AnyDocument[], wanted: { name: string; version?: string }) {
  const all = documents.filter(
    ({ kind, name, version }) =>
      kind.endsWith("Component") &&
      name.toLowerCase() === wanted.name.toLowerCase() &&
      (wanted.version === undefined || version === undefined || version === wanted.version),
  );
  return all.length === 1
    ? (toArm(all[0]!, () => "", { location: "" }).body as { readonly properties: object })
    : undefined;
}

const LISTED = ["choice", "randint"];

function sweepProblems(properties: Json): Found[] {
  const space = Object.entries(object(properties["searchSpace"])) as [string, [string, unknown[]]][];
  const policy = object(properties["earlyTermination"]);
  const sampling = textOf(object(properties["samplingAlgorithm"])["samplingAlgorithmType"]);
  const named = "policyType" in policy;
  return [
    ...(space.length === 0
      ? [[["search_space"], "is empty; a sweep needs at least one parameter to vary"] as const]
      : []),
    ...space.flatMap(([name, [type, values]]): Found[] => {
      const first = values[0];
      const none = type === "choice" && (!Array.isArray(first) || first.length === 0);
      const nowhere =
        /^q?(log)?uniform$/.test(type) && typeof first === "number" && first > (values[1] as number);
      return [
        ...(none ? [[["search_space", name], "is a choice without values"] as const] : []),
        ...(nowhere
          ? [
              [
                ["search_space", name],
                `found min_value ${String(first)}; allowed: at most max_value, which is ${String(values[1])}`,
              ] as const,
            ]
          : []),
        ...(sampling === "Grid" && !LISTED.includes(type) && !type.startsWith("q")
          ? [
              [
                ["search_space", name],
                `found ${type}; grid sampling takes choices and quantized distributions alone`,
              ] as const,
            ]
          : []),
      ];
    }),
    ...(named && policy["evaluationInterval"] === 0
      ? [
          [
            ["early_termination", "evaluation_interval"],
            `found none; a policy looks at every so many reports of the metric: from 1`,
          ] as const,
        ]
      : []),
    ...(policy["policyType"] === "Bandit" && !policy["slackFactor"] && !policy["slackAmount"]
      ? [[["early_termination"], "a bandit needs slack_factor or slack_amount"] as const]
      : []),
  ];
}

const timeOf = (trigger: Json, name: string): number | undefined => {
  const time = Date.parse(textOf(trigger[name]).replace(" ", "T"));
  return Number.isNaN(time) ? undefined : time;
};

function triggerProblems(trigger: Json): Found[] {
  const [start, end] = [timeOf(trigger, "startTime"), timeOf(trigger, "endTime")];
  if (start !== undefined && end !== undefined && end < start)
    return [
      [["trigger", "end_time"], `found ${textOf(trigger["endTime"])}, before the start: it never fires`],
    ];
  const expression = trigger["expression"];
  if (typeof expression !== "string") return [];
  const path = ["trigger", "expression"];
  try {
    const cron = new Cron(expression, { mode: "5-part", domAndDow: true });
    const after = new Date(start ?? Date.now());
    const next = cron.nextRun(after);
    if (!next) return [[path, `found ${show(expression)}, which never fires: no day is like that`]];
    return end !== undefined && next.getTime() > end + 86_400_000
      ? [[path, `found ${show(expression)}, which never fires before end_time ${textOf(trigger["endTime"])}`]]
      : [];
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    return [[path, `found ${show(expression)}, which is no cron expression: ${why}`]];
  }
}

/** A monitor of a deployment of the stage needs what that deployment collects. */
function monitorProblems(document: AnyDocument, documents: readonly AnyDocument[]): Found[] {
  return document.references.flatMap(({ reference, path }): Found[] => {
    if (reference.kind !== "deployment") return [];
    const { endpoint, name } = reference;
    const target = documents.find(
      (other) =>
        other.kind === "onlineDeployment" && other.spec.endpoint_name === endpoint && other.name === name,
    );
    if (!target) return [];
    const { properties } = toArm(target, () => "", { location: "" }).body;
    const collector = object((properties as Json)["dataCollector"]);
    return entries(collector["collections"]).some(([, one]) => one["dataCollectionMode"] === "enabled")
      ? []
      : [
          [
            path,
            `found ${endpoint}:${name}, which collects no data: switch a collection on under data_collector of ${basename(target.file)}`,
          ],
        ];
  });
}

function problemsOf(document: AnyDocument, { documents }: Given): Found[] {
  switch (document.kind) {
    case "sweepJob":
      return sweepProblems(rendered(document, documents).properties);
    case "pipelineJob": {
      const { properties, specs } = rendered(document, documents);
      return pipelineProblems(object(properties["jobs"]), specs, typesOf(properties["inputs"]));
    }
    case "pipelineComponent": {
      const { properties, specs } = rendered(document, documents);
      const spec = object(properties["componentSpec"]);
      return pipelineProblems(object(spec["jobs"]), specs, typesOf(spec["inputs"]));
    }
    case "schedule": {
      const { properties, specs } = rendered(document, documents);
      const job = object(object(properties["action"])["jobDefinition"]);
      const inside = pipelineProblems(object(job["jobs"]), specs, typesOf(job["inputs"]));
      return [
        ...triggerProblems(object(properties["trigger"])),
        ...inside.map(([, message]) => [["create_job"], message] as const),
        ...monitorProblems(document, documents),
      ];
    }
    default:
      return [];
  }
}

/** Everything that is wrong, with its place. */
export const jobFindings = (documents: readonly AnyDocument[]): Problem[] =>
  documents.flatMap((document) =>
    problemsOf(document, { documents }).map(([path, message]) => ({
      file: document.file,
      ...document.position(path),
      path: path.join("."),
      message,
    })),
  );
