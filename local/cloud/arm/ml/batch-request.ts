/** The body of a batch invocation: pure. Clients differ in the case of its keys, so case does not count. */
import { ArmError } from "../errors.ts";
import { isObject, type Json, type JsonObject, member } from "../json.ts";

export interface BatchRequest {
  /** Asset id, datastore URI or URL. */
  readonly input: string;
  readonly output?: { readonly uri: string; readonly isFile: boolean };
  readonly name?: string;
  readonly displayName?: string;
  readonly tags: JsonObject;
  readonly properties: JsonObject;
  readonly overrides: {
    readonly miniBatchSize?: number;
    readonly maxConcurrencyPerInstance?: number;
    readonly errorThreshold?: number;
    readonly instanceCount?: number;
    readonly loggingLevel?: string;
    readonly outputFileName?: string;
    readonly maxRetries?: number;
    readonly timeout?: string;
  };
}

const refuse = (message: string) => new ArmError(400, "BadArgument", message);

/** Rejects with a 400 that says what a model deployment takes. */
export function parseBatchRequest(body: unknown): BatchRequest {
  const whole = isObject(body) ? body : {};
  const properties = member(whole, "properties");
  const from = isObject(properties) ? properties : whole;
  const text = (name: string) => stringOf(member(from, name));
  const retry = member(from, "retrySettings");
  const instances =
    member(member(from, "resources"), "instanceCount") ?? member(member(from, "compute"), "instanceCount");
  return prune({
    input: inputOf(from),
    output: outputOf(from),
    name: text("name") ?? stringOf(member(whole, "name")),
    displayName: text("displayName"),
    tags: objectOf(member(from, "tags")),
    properties: objectOf(member(from, "properties")),
    overrides: prune({
      miniBatchSize: numberOf(member(from, "miniBatchSize"), "miniBatchSize"),
      maxConcurrencyPerInstance: numberOf(
        member(from, "maxConcurrencyPerInstance"),
        "maxConcurrencyPerInstance",
      ),
      errorThreshold: numberOf(member(from, "errorThreshold"), "errorThreshold"),
      instanceCount: numberOf(instances, "instanceCount"),
      loggingLevel: text("loggingLevel"),
      outputFileName: text("outputFileName"),
      maxRetries: numberOf(member(retry, "maxRetries"), "maxRetries"),
      timeout: stringOf(member(retry, "timeout")),
    }),
  });
}

function inputOf(from: JsonObject): string {
  const inputs = Object.entries(objectOf(member(from, "inputData")));
  if (inputs.length === 0) {
    const dataset = member(from, "dataset"); // the older form
    const path = stringOf(member(dataset, "path")) ?? stringOf(member(dataset, "datasetId"));
    if (path === undefined)
      throw refuse("A model deployment needs one data input: properties.inputData is empty.");
    return path;
  }
  if (inputs.length > 1)
    throw refuse(
      `A model deployment takes exactly one data input, not ${inputs.length}: ${inputs.map(([name]) => name).join(", ")}.`,
    );
  const [name, input] = inputs[0]!;
  const kind = stringOf(member(input, "jobInputType"))?.replaceAll("_", "").toLowerCase();
  if (kind === "literal") throw refuse(`A model deployment takes no literal inputs: '${name}'.`);
  if (kind === "mltable") throw refuse(`A model deployment takes no MLTable inputs: '${name}'.`);
  if (kind !== "urifolder" && kind !== "urifile")
    throw refuse(`The input '${name}' must be of type UriFolder or UriFile.`);
  const uri = stringOf(member(input, "uri"));
  if (!uri) throw refuse(`The input '${name}' has no uri.`);
  return uri;
}

function outputOf(from: JsonObject): BatchRequest["output"] {
  const outputs = Object.entries(objectOf(member(from, "outputData")));
  if (outputs.length > 1) throw refuse(`A model deployment has one output, not ${outputs.length}.`);
  const output = outputs[0]?.[1];
  const uri = stringOf(member(output, "uri"));
  if (uri !== undefined)
    return { uri, isFile: /file/i.test(stringOf(member(output, "jobOutputType")) ?? "") };
  const dataset = member(from, "outputDataset");
  const datastore = stringOf(member(dataset, "datastoreId"));
  return datastore === undefined
    ? undefined
    : { uri: `${datastore}/paths/${stringOf(member(dataset, "path")) ?? ""}`, isFile: false };
}

const stringOf = (value: Json | undefined) => (typeof value === "string" ? value : undefined);
const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

function numberOf(value: Json | undefined, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number))
    throw refuse(`${name} must be a whole number, not ${JSON.stringify(value)}.`);
  return number;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the members that are undefined. */
const prune = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;
