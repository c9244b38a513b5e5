/** How a rule looks at one resource type. */
import type { Resource, Unwrap } from "@pulumi/pulumi";
import { validateResourceOfType } from "@pulumi/policy";
import type { ResourceValidation } from "@pulumi/policy";

/** The SDK's own form of a class: any arguments, as the resource has them. */
type ResourceClass<Args> = new (name: string, args: Args, ...rest: never[]) => Resource;

/** A type of this project's own provider, which checks look at as at a class of an SDK: by its Pulumi type. */
export const ownType = <Args>(type: string): ResourceClass<Args> =>
  ({ __pulumiType: `azureml:index:${type}` }) as never;

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
