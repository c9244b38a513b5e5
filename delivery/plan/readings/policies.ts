/** What the policy pack says of a stage, without an engine: each rule on each resource. */
import { isObject, isSecret, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";
import type { ResourceState } from "@azure-ml-as-code/local/engine/resource.ts";
import { nameOf } from "@azure-ml-as-code/local/engine/urn.ts";
import { rules } from "@azure-ml-as-code/policy/rules/index.ts";
import { compare } from "../changes.ts";
import type { Resources } from "../changes.ts";
import { spoken } from "./references.ts";

export interface Finding {
  readonly rule: string;
  /** `key vault "vault"` */
  readonly resource: string;
  readonly message: string;
}

type ResourceRule = Extract<(typeof rules)[number], { validateResource?: unknown }>;
type Check = Exclude<ResourceRule["validateResource"], readonly unknown[] | undefined>;
type Arguments = Parameters<Check>[0];

/** A rule met what is not known yet, or is for another type: it says nothing. */
class Skip extends Error {}
const skip = (): never => {
  throw new Skip();
};

/** As a rule gets them: secrets open, and a stop at what is not known. */
function propsOf(value: Value): unknown {
  if (isSecret(value)) return propsOf(value["value"] ?? null);
  if (Array.isArray(value)) return value.map(propsOf);
  if (!isObject(value)) return value;
  const props = {};
  for (const [key, item] of Object.entries(value))
    Object.defineProperty(
      props,
      key,
      item === UNKNOWN ? { get: skip, enumerable: true } : { value: propsOf(item), enumerable: true },
    );
  return props;
}

function argumentsFor({ type, urn, inputs, protect }: ResourceState): Arguments {
  const props = propsOf(inputs) as Record<string, unknown>;
  const isType = (other: unknown) => (other as { __pulumiType?: unknown }).__pulumiType === type;
  return {
    ...{ type, props, urn, name: nameOf(urn), isType, notApplicable: skip, stackTags: new Map() },
    opts: {
      protect,
      ignoreChanges: [],
      aliases: [],
      additionalSecretOutputs: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    },
    asType: ((other: unknown) => (isType(other) ? props : undefined)) as Arguments["asType"],
    getConfig: (() => ({})) as Arguments["getConfig"],
  };
}

/** Runs one check; a stop at what is not known, or not for it, is no finding. */
async function attempt(check: () => unknown): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof Skip)) throw error;
  }
}

async function findingsOf(resources: Resources): Promise<Map<string, Finding>> {
  const findings = new Map<string, Finding>();
  const states = [...resources.values()];
  const all = states.map(argumentsFor);
  const found = (rule: string, resource: string, message: string) =>
    void findings.set([rule, resource, message].join("|"), { rule, resource, message });
  for (const rule of rules) {
    if ("validateStack" in rule) {
      const stack = { resources: all as never, stackTags: new Map(), getConfig: (() => ({})) as never };
      await attempt(() =>
        rule.validateStack({ ...stack, notApplicable: skip }, (message) => {
          found(rule.name, "the stage", message);
        }),
      );
    } else
      for (const [index, state] of states.entries())
        for (const check of [rule.validateResource ?? []].flat())
          await attempt(() =>
            check(all[index]!, (message) => {
              found(rule.name, spoken(state), message);
            }),
          );
  }
  return findings;
}

export async function policyChanges(
  before: Resources,
  after: Resources,
): Promise<{ readonly found: Finding[]; readonly resolved: Finding[] }> {
  const [was, is] = [await findingsOf(before), await findingsOf(after)];
  const only = (these: Map<string, Finding>, those: Map<string, Finding>) =>
    [...these]
      .filter(([key]) => !those.has(key))
      .map(([, finding]) => finding)
      .sort((a, b) => compare(a.rule, b.rule) || compare(a.resource, b.resource));
  return { found: only(is, was), resolved: only(was, is) };
}
