/**
 * Stand-in for the random provider: no service behind it, the values live in the state. Every change of an input,
 * `keepers` included, replaces the resource, the new one first. `RandomPassword.bcryptHash` is not offered.
 */
import type { CheckFailure, Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { hasUnknown, secret, UNKNOWN, unwrapProperties } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { differences, diffResult } from "../diff.ts";
import { keepSecrets } from "../secrets.ts";
import {
  idBytes,
  idOutputs,
  integer,
  pet,
  randomText,
  shuffled,
  stringDefaults,
  stringProblem,
  uuid,
} from "./values.ts";

interface Made {
  readonly id: string;
  readonly outputs: PropertyMap;
}

interface RandomType {
  readonly required?: readonly string[];
  /** What is wrong with inputs that are all known. */
  readonly problem?: (inputs: PropertyMap) => string | undefined;
  /** Outputs that are no inputs: unknown in a preview. */
  readonly outputs: readonly string[];
  /** Outputs of inputs that the program left open. */
  readonly defaults?: PropertyMap;
  readonly make: (inputs: PropertyMap) => Made;
  /** From the id that an import names. */
  readonly adopt?: (id: string) => Made & { readonly inputs: PropertyMap };
}

const text = (value: PropertyMap[string] | undefined) => (typeof value === "string" ? value : "");
const positive = (name: string, least: number) => (inputs: PropertyMap) =>
  typeof inputs[name] === "number" && inputs[name] < least ? `${name} must be at least ${least}` : undefined;

const string: RandomType = {
  required: ["length"],
  problem: stringProblem,
  outputs: ["result"],
  defaults: stringDefaults,
  make(inputs) {
    const result = randomText(inputs);
    return { id: result, outputs: { result } };
  },
  adopt: (id) => ({
    id,
    inputs: { length: id.length },
    outputs: { ...stringDefaults, length: id.length, result: id },
  }),
};

const TYPES: Readonly<Record<string, RandomType>> = {
  "random:index/randomString:RandomString": string,
  "random:index/randomPassword:RandomPassword": {
    ...string,
    make: (inputs) => ({ id: "none", outputs: { result: secret(randomText(inputs)) } }),
    adopt: (id) => ({
      id: "none",
      inputs: { length: id.length },
      outputs: { ...stringDefaults, length: id.length, result: secret(id) },
    }),
  },
  "random:index/randomId:RandomId": {
    required: ["byteLength"],
    problem: positive("byteLength", 1),
    outputs: ["b64Std", "b64Url", "dec", "hex"],
    make(inputs) {
      const bytes = idBytes(inputs);
      return { id: bytes.toString("base64url"), outputs: idOutputs(bytes, text(inputs["prefix"])) };
    },
    // `PREFIX,ID` or `ID`
    adopt(given) {
      const comma = given.lastIndexOf(",");
      const prefix = given.slice(0, Math.max(comma, 0));
      const bytes = Buffer.from(given.slice(comma + 1), "base64url");
      const inputs: PropertyMap = { byteLength: bytes.length, ...(prefix && { prefix }) };
      return { id: bytes.toString("base64url"), inputs, outputs: { ...inputs, ...idOutputs(bytes, prefix) } };
    },
  },
  "random:index/randomUuid:RandomUuid": {
    outputs: ["result"],
    make() {
      const result = uuid();
      return { id: result, outputs: { result } };
    },
    adopt: (id) => ({ id, inputs: {}, outputs: { result: id } }),
  },
  "random:index/randomInteger:RandomInteger": {
    required: ["max", "min"],
    problem: ({ min, max }) =>
      typeof min === "number" && typeof max === "number" && min > max
        ? "min must not be above max"
        : undefined,
    outputs: ["result"],
    make(inputs) {
      const result = integer(inputs);
      return { id: String(result), outputs: { result } };
    },
  },
  "random:index/randomPet:RandomPet": {
    problem: positive("length", 1),
    outputs: [],
    defaults: { length: 2, separator: "-" },
    make: (inputs) => ({ id: pet(inputs), outputs: {} }),
  },
  "random:index/randomShuffle:RandomShuffle": {
    required: ["inputs"],
    outputs: ["results"],
    make: (inputs) => ({ id: "-", outputs: { results: shuffled(inputs) } }),
  },
};

function lookUp(token: string): RandomType {
  const type = TYPES[token];
  if (type) return type;
  throw new Error(
    `resource type '${token}' is not one that the local random provider offers: ${Object.keys(TYPES).join(", ")}`,
  );
}

function failures(type: RandomType, inputs: PropertyMap): CheckFailure[] {
  const missing = (type.required ?? []).filter((name) => inputs[name] === undefined || inputs[name] === null);
  if (missing.length > 0)
    return missing.map((property) => ({ property, reason: `missing required property '${property}'` }));
  const problem = hasUnknown(inputs) ? undefined : type.problem?.(inputs);
  return problem ? [{ property: problem.split(" ")[0]!, reason: problem }] : [];
}

/** The provider. It keeps nothing: one for any number of stacks. */
export function createRandom(): Provider {
  return {
    version: "4.21.2",
    acceptSecrets: true,
    configure: () => Promise.resolve(),
    check({ type, news }) {
      const inputs = Object.fromEntries(Object.entries(news).filter(([, value]) => value !== null));
      return Promise.resolve({ inputs, failures: failures(lookUp(type), unwrapProperties(inputs)) });
    },
    diff: ({ oldInputs, news }) =>
      Promise.resolve(diffResult(differences(oldInputs, news), () => true, false)),
    create({ type: token, properties: inputs, preview }) {
      const type = lookUp(token);
      const known = { ...type.defaults, ...inputs };
      if (preview) {
        const unknown = Object.fromEntries(type.outputs.map((name) => [name, UNKNOWN]));
        return Promise.resolve({ id: "", properties: { ...known, ...unknown } });
      }
      const { id, outputs } = type.make(unwrapProperties(inputs));
      return Promise.resolve({ id, properties: keepSecrets({ ...known, ...outputs }, inputs) });
    },
    read({ type: token, id, inputs, properties }) {
      if (id === "") return Promise.resolve({ id, inputs: {}, properties: {} }); // it is nowhere but in the state
      if (Object.keys(properties).length > 0) return Promise.resolve({ id, inputs, properties });
      const adopted = lookUp(token).adopt?.(id);
      if (!adopted) return Promise.reject(new Error(`a ${token} cannot be imported`));
      return Promise.resolve({ id: adopted.id, inputs: adopted.inputs, properties: adopted.outputs });
    },
    update: ({ type }) => Promise.reject(new Error(`a ${type} is replaced, never updated`)),
    delete: () => Promise.resolve(),
  };
}
