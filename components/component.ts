/** What all components share: type tokens, and where their resources go. */
import * as pulumi from "@pulumi/pulumi";
import { planGiven, planName } from "./names.ts";
import type { Named, NamePlan, Naming } from "./names.ts";

/** One folder of `components/` each. */
export type Module =
  | "access"
  | "assets"
  | "compute"
  | "data"
  | "endpoints"
  | "jobs"
  | "monitoring"
  | "network"
  | "registry"
  | "workspace";

/** The type token of a component. It is part of every URN beneath it: renaming one takes an alias. */
export const token = (module: Module, className: string): string => `azureml:${module}:${className}`;

/** Where a stage's resources go, and what they are called and tagged. {@link StageGroup} makes one. */
export interface Placement {
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly naming: Naming;
  /** Makes names unique that others in the world could have taken. */
  readonly suffix: pulumi.Input<string>;
}

/** Where the things inside a workspace go. */
export interface InWorkspace {
  /** ARM id. */
  readonly id: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly workspaceName: pulumi.Input<string>;
  /** The workspace's own region: endpoints and computes have to say it again. */
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The Azure name of something that the stage makes once, or once for each `purpose`. */
export const nameOf = (
  place: Pick<Placement, "naming" | "suffix">,
  kind: Named,
  purpose?: string,
): pulumi.Output<string> => withSuffix(planName(kind, place.naming, purpose), place.suffix);

/** The Azure name of something that its author named. */
export const nameFrom = (
  place: Pick<Placement, "suffix">,
  kind: Named,
  name: string,
): pulumi.Output<string> => withSuffix(planGiven(kind, name), place.suffix);

/** Known during preview unless the name needs the suffix. */
const withSuffix = (plan: NamePlan, suffix: pulumi.Input<string>): pulumi.Output<string> =>
  plan.unique ? pulumi.output(suffix).apply(plan.withSuffix) : pulumi.output(plan.stem);

type Tags = Readonly<Record<string, string>>;

/** Where a resource of the workspace goes that has a region and tags of its own. */
export const placeIn = (workspace: InWorkspace, tags?: Tags) => ({
  resourceGroupName: workspace.resourceGroupName,
  workspaceName: workspace.workspaceName,
  ...regionAndTags(workspace, tags),
});

/** {@link placeIn} for a resource of the `azureml` provider, which finds the workspace by its id. */
export const placeById = (workspace: InWorkspace, tags?: Tags) => ({
  workspaceId: workspace.id,
  ...regionAndTags(workspace, tags),
});

/** For what has an id above it to be placed by. */
export const regionAndTags = ({ location, tags: common }: InWorkspace, tags?: Tags) => ({
  location,
  tags: { ...common, ...tags },
});

/** What an author said of something, without keys for what was left unsaid. */
export const described = ({
  description,
  properties = {},
}: {
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, string>>;
}) => ({
  ...(description !== undefined && { description }),
  ...(Object.keys(properties).length > 0 && { properties: { ...properties } }),
});

/** Options for what a component makes: it is the parent, and its `dependsOn`, which Pulumi does not hand down, counts too. */
export const within = (
  parent: pulumi.ComponentResource,
  opts?: pulumi.ComponentResourceOptions,
): pulumi.CustomResourceOptions => ({ parent, ...(opts?.dependsOn && { dependsOn: opts.dependsOn }) });
