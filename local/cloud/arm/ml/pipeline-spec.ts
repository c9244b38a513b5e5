/**
 * Pipelines as they are run: each step a component with its inputs and outputs bound. Places are fixed before anything
 * starts, so that what a step reads is known from what is before it, and no step waits for more than its inputs.
 */
import { randomUUID } from "node:crypto";
import type {
  DataType,
  JobInput,
  JobOutput,
  JobSpec,
  JobStep,
  PipelineSpec,
} from "../../../contracts-jobs.ts";
import { ArmError } from "../errors.ts";
import { isObject, type Json, type JsonObject, numberAt, objectAt, textAt } from "../json.ts";
import type { Cloud } from "../table.ts";
import { type Binding, bindingOf } from "./bindings.ts";
import { artifactsOf, commandSpec, processesOf } from "./command-spec.ts";
import { componentSpec } from "./component-spec.ts";
import { dataInput, dataType, literalText, output, refuse, typeWord, uriOf } from "./job-values.ts";

export interface PipelineParts {
  readonly job: string;
  /** Nodes by name, as jobs and components have them. */
  readonly nodes: JsonObject;
  readonly inputs: Readonly<Record<string, JobInput>>;
  readonly outputs: Readonly<Record<string, JobOutput>>;
  readonly defaultCompute: string | undefined;
  readonly continueOnStepFailure: boolean;
}

interface Node {
  readonly name: string;
  readonly job: string;
  readonly body: JsonObject;
  readonly component: JsonObject;
  readonly outputs: Readonly<Record<string, JobOutput>>;
}

/** Collects every problem of a pipeline; the first one alone would send its author back and forth. */
class Problems {
  readonly #found: string[] = [];
  add(message: string): void {
    this.#found.push(message);
  }
  /** The work, or its problem noted. */
  try<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      this.add(error.message);
      return undefined;
    }
  }
  throwAny(): void {
    if (this.#found.length > 0) throw refuse(this.#found.join(" "));
  }
}

const componentReference = (node: JsonObject) =>
  (textAt(node, "componentId") ?? textAt(node, "component"))?.replace(/^azureml:(?=\/subscriptions)/i, "");

const RUNS = ["command", "pipeline"];

/** A node with its component and the places of its outputs. */
function readNode(
  cloud: Cloud,
  workspaceId: string,
  parts: PipelineParts,
  name: string,
  body: JsonObject,
): Node {
  const reference = componentReference(body);
  const component = reference === undefined ? body : componentSpec(cloud, workspaceId, reference);
  const type = textAt(component, "type") ?? textAt(body, "type") ?? "";
  if (!RUNS.includes(type))
    throw refuse(
      `The step '${name}' is of type '${type}': this local Azure runs steps of type ${RUNS.join(" and ")}.`,
    );
  const job = randomUUID();
  const sent = objectAt(body, "outputs");
  const outputs = Object.entries(objectAt(component, "outputs")).map(
    ([own, declared]): [string, JobOutput] => {
      const given = isObject(sent[own]) ? sent[own] : { value: sent[own] ?? null };
      const binding = bindingOf(textAt(given, "value") ?? textAt(given, "path") ?? "");
      const kind =
        dataType((isObject(declared) ? typeWord(declared, "output") : undefined) ?? "") ?? "uri_folder";
      if (binding?.to === "output") {
        const place = parts.outputs[binding.name];
        if (!place)
          throw refuse(
            `The output '${own}' of step '${name}' is bound to '${binding.name}', which is no output of the pipeline.`,
          );
        return [own, { ...place, type: kind }];
      }
      return [own, output(cloud, workspaceId, job, own, kind, given)];
    },
  );
  return { name, job, body, component, outputs: Object.fromEntries(outputs) };
}

/** The value that a binding gives, and the step that it comes from. */
function bound(
  binding: Binding,
  parts: PipelineParts,
  nodes: ReadonlyMap<string, Node>,
  where: string,
): { readonly value: JobInput | undefined; readonly step?: string } {
  if (binding.to === "input") {
    // An optional input of the pipeline that nobody gave binds to nothing.
    return { value: parts.inputs[binding.name] };
  }
  if (binding.to === "output") throw refuse(`${where} is bound to an output of the pipeline itself.`);
  const from = nodes.get(binding.step);
  const place = from?.outputs[binding.name];
  if (!place)
    throw refuse(
      `${where} is bound to '${binding.step}.outputs.${binding.name}', and ${from ? `that step has the outputs ${Object.keys(from.outputs).join(", ") || "none"}` : `the steps are ${[...nodes.keys()].join(", ")}`}.`,
    );
  const { type, uri, blob } = place;
  return { value: { type, uri, blob, mode: "download" }, step: binding.step };
}

/** Models and tables are folders: a step may read them as such, never as the one file that they are not. */
const fits = (wanted: DataType, given: DataType) =>
  wanted === given || (wanted !== "uri_file" && given !== "uri_file");

function readInput(
  cloud: Cloud,
  workspaceId: string,
  parts: PipelineParts,
  nodes: ReadonlyMap<string, Node>,
  where: string,
  declared: JsonObject,
  sent: Json | undefined,
): { readonly value: JobInput | undefined; readonly step?: string } {
  const wanted = dataType(typeWord(declared, "input") ?? "");
  const given = isObject(sent) ? sent : { value: sent ?? null };
  const text = [textAt(given, "value"), uriOf(given)].find((each) => each !== undefined);
  const binding = bindingOf(text ?? "");
  const found = binding
    ? bound(binding, parts, nodes, where)
    : {
        value:
          sent === undefined || sent === null
            ? undefined
            : wanted && uriOf(given) !== undefined
              ? dataInput(cloud, workspaceId, where, wanted, given)
              : literalText(given["value"]),
      };
  const { value } = found;
  const fallback = declared["default"];
  if (value === undefined) {
    if (fallback !== undefined && fallback !== null) return { value: literalText(fallback) };
    if (declared["optional"] === true || declared["optional"] === "true") return { value: undefined };
    throw refuse(`${where} is not given, and has no default.`);
  }
  const from = text ?? "what it is given";
  if (wanted && typeof value === "string")
    throw refuse(`${where} is of type ${wanted}, and ${from} is a value.`);
  if (!wanted && typeof value !== "string")
    throw refuse(`${where} takes a value, and ${from} is of type ${value.type}.`);
  if (!wanted || typeof value === "string") return found;
  if (!fits(wanted, value.type))
    throw refuse(`${where} is of type ${wanted}, and ${from} is of type ${value.type}.`);
  const direct = /direct/i.test(textAt(given, "mode") ?? textAt(declared, "mode") ?? "");
  return { ...found, value: { ...value, type: wanted, mode: direct ? "direct" : value.mode } };
}

function stepSpec(
  cloud: Cloud,
  workspaceId: string,
  parts: PipelineParts,
  { name, job, body, component, outputs }: Node,
  inputs: Readonly<Record<string, JobInput>>,
): JobSpec {
  const compute = textAt(body, "computeId") ?? textAt(body, "compute") ?? parts.defaultCompute;
  if (textAt(component, "type") === "pipeline")
    return pipelineSpec(cloud, workspaceId, {
      job,
      nodes: objectAt(component, "jobs"),
      inputs,
      outputs,
      defaultCompute: compute,
      continueOnStepFailure: parts.continueOnStepFailure,
    });
  const command = textAt(component, "command");
  if (command === undefined) throw refuse(`The component of step '${name}' has no command.`);
  const limit = numberAt(body, "limits.timeout");
  return commandSpec(cloud, workspaceId, {
    job,
    command,
    code: textAt(component, "code"),
    environment: textAt(body, "environment") ?? textAt(component, "environment"),
    variables: {
      ...objectAt(component, "environment_variables"),
      ...objectAt(body, "environment_variables"),
    },
    inputs,
    outputs,
    compute,
    nodes: numberAt(body, "resources.instance_count") ?? numberAt(component, "resources.instance_count") ?? 1,
    processes: processesOf({ ...objectAt(component, "distribution"), ...objectAt(body, "distribution") }),
    timeoutMs: limit === undefined ? undefined : limit * 1_000,
  });
}

/** @throws ArmError 400 with every problem of the steps. */
export function pipelineSpec(cloud: Cloud, workspaceId: string, parts: PipelineParts): PipelineSpec {
  const problems = new Problems();
  const nodes = new Map<string, Node>();
  for (const [name, body] of Object.entries(parts.nodes)) {
    const node = problems.try(() => readNode(cloud, workspaceId, parts, name, isObject(body) ? body : {}));
    if (node) nodes.set(name, node);
  }
  problems.throwAny(); // what is bound to a step that could not be read would be told as a second problem
  const steps: JobStep[] = [];
  for (const node of nodes.values()) {
    const after = new Set<string>();
    const inputs: Record<string, JobInput> = {};
    const sent = objectAt(node.body, "inputs");
    const declared = objectAt(node.component, "inputs");
    for (const name of Object.keys(sent).filter((own) => !(own in declared)))
      problems.add(
        `The step '${node.name}' is given '${name}', and its inputs are ${Object.keys(declared).join(", ") || "none"}.`,
      );
    for (const [name, own] of Object.entries(declared)) {
      const where = `The input '${name}' of step '${node.name}'`;
      const found = problems.try(() =>
        readInput(cloud, workspaceId, parts, nodes, where, isObject(own) ? own : {}, sent[name]),
      );
      if (found?.value !== undefined) inputs[name] = found.value;
      if (found?.step !== undefined) after.add(found.step);
    }
    const spec = problems.try(() => stepSpec(cloud, workspaceId, parts, node, inputs));
    if (spec) steps.push({ name: node.name, after: [...after], spec });
  }
  problems.throwAny();
  return {
    kind: "pipeline",
    job: parts.job,
    steps,
    outputs: parts.outputs,
    continueOnStepFailure: parts.continueOnStepFailure,
    artifacts: artifactsOf(cloud, workspaceId, parts.job),
  };
}
