/** Runs a rule of the policy pack on one resource, as the engine does: by its type, with its real URN. */
import type { Resource, Unwrap } from "@pulumi/pulumi";
import type { rules } from "@azure-ml-as-code/policy/rules/index.ts";

type Rule = Extract<(typeof rules)[number], { validateResource?: unknown }>;
type Check = Exclude<Rule["validateResource"], readonly unknown[] | undefined>;
type ValidationArgs = Parameters<Check>[0];

// The SDK's classes take any arguments; the rules get them as they are in the state.
type ResourceClass<Args> = new (name: string, args: Args, ...rest: never[]) => Resource;

/** How a check says that the resource is of another type. */
export class NotApplicable extends Error {}

const typeOf = (resourceClass: unknown): string => {
  const type = (resourceClass as { __pulumiType?: unknown }).__pulumiType;
  if (typeof type !== "string") throw new Error("a class of an SDK is expected, with its Pulumi type");
  return type;
};

/** Of a resource `name` at the top of stack `prod`. `isType` compares types, as the pack's server does. */
export function validationArgs<Args>(
  resourceClass: ResourceClass<Args>,
  props: Unwrap<NonNullable<Args>>,
  name = "thing",
): ValidationArgs {
  const type = typeOf(resourceClass);
  const isType = (other: unknown) => typeOf(other) === type;
  return {
    type,
    props: props as Record<string, unknown>,
    urn: `urn:pulumi:prod::azure-ml::${type}::${name}`,
    name,
    opts: {
      protect: false,
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

/** What the rule says about the resource; nothing if it is fine, or of another type. */
export async function violations(rule: Rule, args: ValidationArgs): Promise<string[]> {
  const said: string[] = [];
  const checks = [rule.validateResource ?? []].flat();
  for (const one of checks) {
    try {
      await one(args, (message) => said.push(message));
    } catch (error) {
      if (!(error instanceof NotApplicable)) throw error;
    }
  }
  return said;
}
