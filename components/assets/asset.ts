/** What code, models and environments have in common: a version of an asset in a workspace. */
import type * as pulumi from "@pulumi/pulumi";
import { within } from "../component.ts";
import type { InWorkspace } from "../component.ts";

export interface AssetArgs<Properties> {
  readonly workspace: InWorkspace;
  readonly assetName: string;
  /** Given by the author, or {@link versionOf} what the asset is made of. */
  readonly version: string;
  /** As ARM has them. */
  readonly properties: Properties;
}

/** Where the version goes, under the names that azure-native has for it. */
export const address = ({ workspace, assetName, version }: AssetArgs<unknown>) => ({
  resourceGroupName: workspace.resourceGroupName,
  workspaceName: workspace.workspaceName,
  name: assetName,
  version,
});

/**
 * The resource of a version has the version in its name, so that each is one of its own. After a release that failed, both
 * the old and the new version are in the state, and a program that goes back to the old one finds it there. Were they one
 * resource, the old one would wait for its deletion, and azure-native refuses to create what exists.
 */
export const versionName = (name: string, { version }: AssetArgs<unknown>): string =>
  name.endsWith(`-${version}`) ? name : `${name}-${version}`;

/**
 * A new version is made first, then what uses it changes, then the old one goes: at no time does a deployment run on an
 * asset that is gone. azure-native would delete first, as the names are given.
 */
export const newFirst = (
  name: string,
  parent: pulumi.ComponentResource,
  opts?: pulumi.ComponentResourceOptions,
): pulumi.CustomResourceOptions => ({
  ...within(parent, opts),
  deleteBeforeReplace: false,
  // States from before versions had names of their own.
  aliases: [{ name }],
});
