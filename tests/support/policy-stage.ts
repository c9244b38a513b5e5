/** Runs the whole policy pack over what a stage registers, as the engine would. */
import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { rules } from "@azure-ml-as-code/policy/rules/index.ts";
import { NotApplicable, violations } from "./policy.ts";
import type { Registered } from "./pulumi.ts";

type ValidationArgs = Parameters<typeof violations>[1];
export type AnyRule = ResourceValidationPolicy | StackValidationPolicy;

/** What a rule needs of a resource. */
export interface Subject {
  readonly type: string;
  readonly name?: string;
  readonly props: object;
  readonly protect?: boolean;
}

const typeOf = (resourceClass: unknown) => (resourceClass as { __pulumiType?: string }).__pulumiType;

function argsOf({ type, name = "thing", props, protect = true }: Subject): ValidationArgs {
  const isType = (other: unknown) => typeOf(other) === type;
  return {
    type,
    props: props as Record<string, unknown>,
    urn: `urn:pulumi:prod::azure-ml::${type}::${name}`,
    name,
    opts: {
      protect,
      ignoreChanges: [],
      aliases: [],
      additionalSecretOutputs: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    },
    stackTags: new Map(),
    isType,
    asType: ((other: unknown) => (isType(other) ? props : undefined)) as ValidationArgs["asType"],
    getConfig: (() => ({})) as ValidationArgs["getConfig"],
    notApplicable(reason) {
      throw new NotApplicable(reason);
    },
  };
}

/** What one rule says about these resources, together or each by itself. */
export async function said(rule: AnyRule, subjects: readonly Subject[]): Promise<string[]> {
  if ("validateStack" in rule) {
    const found: string[] = [];
    const resources = subjects.map(argsOf) as unknown as PolicyResource[];
    await rule.validateStack(
      {
        resources,
        stackTags: new Map(),
        getConfig: (() => ({})) as never,
        notApplicable: () => undefined as never,
      },
      (message: string) => found.push(message),
    );
    return found;
  }
  const each = await Promise.all(subjects.map((subject) => violations(rule as never, argsOf(subject))));
  return each.flat();
}

export const subjectsOf = (resources: readonly Registered[]): Subject[] =>
  resources
    .filter(({ custom }) => custom)
    .map(({ type, name, inputs, protect }) => ({ type, name, props: inputs, protect }));

/** Messages by rule; rules without any are left out. */
export async function findings(subjects: readonly Subject[]): Promise<Record<string, string[]>> {
  const entries = await Promise.all(
    rules.map(async (rule) => [rule.name, await said(rule, subjects)] as const),
  );
  return Object.fromEntries(entries.filter(([, messages]) => messages.length > 0));
}
