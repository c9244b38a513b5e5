/** How a rule looks at one resource type. */
import type { Resource, Unwrap } from "@pulumi/pulumi";
import { validateResourceOfType } from "@pulumi/policy";
import type { ResourceValidation } from "@pulumi/policy";

/** The SDK's own form of a class: any arguments, as the resource has them. */
type ResourceClass<Args> = new (name: string, args: Args, ...rest: never[]) => Resource;

/**
 * Checks each resource of the class: `problems` gives for each thing that can be wrong what to do about it, or `false`.
 * In a preview a rule that meets a value not known yet is skipped by the engine, which says so.
 */
export const check = <Args>(
  resourceClass: ResourceClass<Args>,
  problems: (props: Unwrap<NonNullable<Args>>) => readonly (string | false)[],
): ResourceValidation =>
  validateResourceOfType<Resource, Args>(resourceClass as never, (props, _, reportViolation) => {
    for (const problem of problems(props)) if (problem !== false) reportViolation(problem);
  });
