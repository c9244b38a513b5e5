/** The resources of a stage's workloads beside endpoints, each after what it refers to. Wiring only. */
import * as pulumi from "@pulumi/pulumi";
import { Code } from "../components/assets/code.ts";
import { Component } from "../components/assets/component.ts";
import { Data } from "../components/assets/data.ts";
import { Environment } from "../components/assets/environment.ts";
import { FeatureSet } from "../components/assets/feature-set.ts";
import { FeatureStoreEntity } from "../components/assets/feature-store-entity.ts";
import { Model } from "../components/assets/model.ts";
import type { Uploads } from "../components/assets/uploads.ts";
import type { InWorkspace } from "../components/component.ts";
import { ComputeTarget } from "../components/compute/compute-target.ts";
import { Datastore } from "../components/data/datastore.ts";
import { Job } from "../components/jobs/job.ts";
import { Schedule } from "../components/jobs/schedule.ts";
import { Connection } from "../components/workspace/connection.ts";
import type { Reference, ReferenceResolver } from "../specs/types.ts";
import type { Body, PlannedResource } from "./asset-plan.ts";
import type { Stage } from "./config.ts";
import type { ResourceType } from "./kind-table.ts";
import { lookUp } from "./look-up.ts";
import type { PlatformHandle } from "./platform-reference.ts";
import { referenceResolver } from "./references.ts";
import { builtInDatastores } from "./rules.ts";

type Id = pulumi.Input<string>;

interface Made {
  readonly id: pulumi.Output<string>;
  /** Of a datastore. */
  readonly uri?: pulumi.Output<string>;
  /** Of a job: what its run registered, by output. */
  readonly models?: Job["models"];
}

interface Making {
  readonly workspace: InWorkspace;
  readonly resource: PlannedResource;
  readonly body: Body<Id>;
  /** The stage's own identity for computes. */
  readonly identityId: Id;
  readonly opts: pulumi.ComponentResourceOptions;
}

const asset = ({ workspace, resource: { name: assetName, version }, body }: Making) => ({
  ...{ workspace, assetName, version },
  properties: body.properties as never, // as ARM has them, which the specs are held to
});

const makers: Readonly<Record<ResourceType, (making: Making) => Made>> = {
  environment: (making) => new Environment(making.resource.key, asset(making), making.opts),
  model: (making) => new Model(making.resource.key, asset(making), making.opts),
  data: (making) => new Data(making.resource.key, asset(making), making.opts),
  component: (making) => new Component(making.resource.key, asset(making), making.opts),
  featureSet: (making) => new FeatureSet(making.resource.key, asset(making), making.opts),
  featureStoreEntity: (making) => new FeatureStoreEntity(making.resource.key, asset(making), making.opts),
  datastore: ({ resource: { key, name: datastoreName }, workspace, body, opts }) =>
    new Datastore(key, { workspace, datastoreName, properties: body.properties as never }, opts),
  compute: ({ resource: { key, name: computeName }, workspace, body, identityId, opts }) => {
    const { properties, tags, identity } = body;
    const users = identity?.userAssignedIdentities && Object.keys(identity.userAssignedIdentities);
    return new ComputeTarget(
      key,
      {
        ...{ workspace, computeName, identityId, properties: { ...properties } },
        ...(tags && { tags }),
        ...(identity && {
          identity: { type: identity.type, ...(users && { userAssignedIdentities: users }) },
        }),
      },
      opts,
    );
  },
  connection: ({ resource: { key, name: connectionName }, workspace, body, opts }) =>
    new Connection(key, { workspace, connectionName, properties: { ...body.properties } }, opts),
  schedule: ({ resource: { key, name: scheduleName }, workspace, body, opts }) =>
    new Schedule(key, { workspace, scheduleName, properties: body.properties as never }, opts),
  job: ({ resource: { key, name: jobName }, workspace, body, opts }) =>
    new Job(key, { workspace, jobName, properties: body.properties as never }, opts),
};

/** Makes them all. `resolve` gives the ids of what the stage makes, and of what its workspace has. */
export function makeResources({
  stage: { settings, workloads },
  platform,
  uploads,
}: {
  readonly stage: Stage;
  readonly platform: PlatformHandle;
  readonly uploads: Uploads;
}): { readonly resolve: ReferenceResolver<Id>; readonly jobs: Readonly<Record<string, Job>> } {
  const { assets, documents } = workloads;
  const { clusters, datastores, identities, roles } = platform;
  const workspace = platform.workspace.inside;
  const made = new Map<string, Made>();
  const jobs: Record<string, Job> = {};

  const known = (reference: Reference): Made | undefined => {
    if (reference.kind === "compute" && clusters[reference.name]) return clusters[reference.name];
    if (reference.kind === "datastore" && datastores[reference.name]) return datastores[reference.name];
    if (reference.kind === "datastorePath" && datastores[reference.datastore])
      return datastores[reference.datastore];
    return made.get(assets.keyOf(reference) ?? "");
  };
  const resolve = referenceResolver(
    platform.workspace.id,
    (reference) => {
      if (reference.kind === "upload") {
        const { url, uri } = uploads.uploaded[assets.contentOf(reference)]!;
        // Azure builds images from an address, and reads models and data through the datastore.
        return reference.type === "environment" ? url : uri;
      }
      const produced = assets.producerOf(reference);
      if (produced)
        return made.get(produced.key)?.models?.apply((models) => registered(models, produced.output));
      const one = known(reference);
      return reference.kind === "datastorePath"
        ? one?.uri && pulumi.interpolate`${one.uri}/paths/${reference.path}`
        : one?.id;
    },
    (reference, id) =>
      isBuiltIn(reference)
        ? id
        : pulumi
            .all([workspace.resourceGroupName, workspace.workspaceName])
            .apply(([resourceGroupName, workspaceName]) =>
              lookUp(reference, id, { resourceGroupName, workspaceName }, documents),
            ),
  );

  for (const { key, name: assetName, version, content } of assets.codes) {
    const properties = { codeUri: uploads.uploaded[content]!.url, isAnonymous: true };
    made.set(key, new Code(key, { workspace, assetName, version, properties }));
  }
  for (const resource of assets.resources) {
    const body = resource.body(resolve, { location: settings.location });
    // Without its roles a machine cannot pull the image of its first job, nor a job read its inputs.
    const opts = ["compute", "job"].includes(resource.type) ? { dependsOn: [...roles] } : {};
    const one = makers[resource.type]({ workspace, resource, body, identityId: identities.compute.id, opts });
    made.set(resource.key, one);
    if (one instanceof Job) jobs[resource.name] = one;
  }
  return { resolve, jobs };
}

function registered(models: Readonly<Record<string, { readonly id: string }>>, output: string): string {
  const found = models[output];
  if (!found) throw new pulumi.RunError(`The job ran, but its output ${output} registered no model`);
  return found.id;
}

/** Made by Azure in every workspace. */
function isBuiltIn(reference: Reference): boolean {
  const name =
    reference.kind === "datastore"
      ? reference.name
      : reference.kind === "datastorePath"
        ? reference.datastore
        : undefined;
  return name !== undefined && builtInDatastores.includes(name);
}
