/** The workloads of a stage: its assets, and the endpoints that serve them. Wiring only. */
import type * as pulumi from "@pulumi/pulumi";
import { Code } from "../components/assets/code.ts";
import { Environment } from "../components/assets/environment.ts";
import { Model } from "../components/assets/model.ts";
import { Uploads } from "../components/assets/uploads.ts";
import { nameFrom } from "../components/component.ts";
import { BatchEndpoint } from "../components/endpoints/batch-endpoint.ts";
import { OnlineEndpoint } from "../components/endpoints/online-endpoint.ts";
import { toArm } from "../specs/kinds.ts";
import { environmentProperties } from "../specs/kinds/environment.ts";
import { modelProperties } from "../specs/kinds/model.ts";
import { isOpen } from "./config.ts";
import type { Stage } from "./config.ts";
import type { Platform } from "./platform.ts";
import { referenceResolver } from "./references.ts";
import { releaseArgs } from "./release.ts";
import { UPLOADS } from "./rules.ts";

export function buildWorkloads({ settings, workloads, root }: Stage, platform: Platform) {
  const { assets } = workloads;
  const { group, identities, storage, clusters, datastores, roles } = platform;
  const workspace = platform.workspace.inside;
  const context = { location: settings.location };

  const uploads = new Uploads(
    UPLOADS,
    {
      blobEndpoint: storage.blobEndpoint,
      container: storage.containers[UPLOADS]!,
      datastoreUri: datastores[UPLOADS]!.uri,
      contents: assets.contents,
    },
    // Without its role the deployer cannot write blobs.
    { dependsOn: roles },
  );
  const made = new Map<string, pulumi.Output<string>>();
  const resolve = referenceResolver(platform.workspace.id, (reference) => {
    if (reference.kind === "compute") return clusters[reference.name]?.id;
    if (reference.kind === "datastore") return datastores[reference.name]?.id;
    if (reference.kind === "upload") {
      const { url, uri } = uploads.uploaded[assets.contentOf(reference)]!;
      // Azure builds images from an address, and reads models through the datastore.
      return reference.type === "environment" ? url : uri;
    }
    return made.get(assets.keyOf(reference) ?? "");
  });

  for (const { key, name: assetName, version, content } of assets.codes) {
    const properties = { codeUri: uploads.uploaded[content]!.url, isAnonymous: true };
    made.set(key, new Code(key, { workspace, assetName, version, properties }).id);
  }
  for (const { key, name: assetName, version, spec, anonymous } of assets.environments) {
    const properties = environmentProperties(spec, resolve, anonymous);
    made.set(key, new Environment(key, { workspace, assetName, version, properties }).id);
  }
  for (const { key, name: assetName, version, spec, anonymous } of assets.models) {
    const properties = modelProperties(spec, resolve, anonymous);
    made.set(key, new Model(key, { workspace, assetName, version, properties }).id);
  }

  const onlineEndpoints = workloads.onlineEndpoints.map(({ document, deployments, sample }) => {
    const { name, spec } = document;
    const release = settings.releases[name];
    const specs = Object.fromEntries(
      deployments.map((deployment) => {
        const { tags, sku, properties } = toArm(deployment, resolve, context).body;
        return [deployment.name, { tags, instanceCount: sku.capacity, properties }];
      }),
    );
    const authMode = authModes[settings.endpoints.authMode ?? spec.auth_mode];
    const endpoint = new OnlineEndpoint(
      name,
      {
        workspace,
        endpointName: nameFrom(group.placement, "onlineEndpoint", name),
        identityId: identities.endpoint.id,
        authMode,
        publicNetworkAccess:
          isOpen(settings, "publicNetworkAccess") && spec.public_network_access !== "disabled",
        description: spec.description,
        tags: spec.tags,
        properties: spec.properties,
        ...(release
          ? {
              release: {
                deployment: Object.values(specs)[0]!,
                ...releaseArgs(release, sample, root),
              },
            }
          : { deployments: specs, traffic: spec.traffic, mirrorTraffic: spec.mirror_traffic }),
        protectEndpoint: settings.protect,
      },
      // Without them a deployment cannot pull its image or read its model.
      { dependsOn: roles },
    );
    return { name, endpoint, authMode, sample };
  });

  const batchEndpoints = workloads.batchEndpoints.map(({ document, deployments, sample }) => {
    const { name, spec } = document;
    const endpoint = new BatchEndpoint(name, {
      workspace,
      endpointName: nameFrom(group.placement, "batchEndpoint", name),
      description: spec.description,
      tags: spec.tags,
      properties: spec.properties,
      deployments: Object.fromEntries(
        deployments.map((deployment) => {
          const { tags, properties } = toArm(deployment, resolve, context).body;
          return [deployment.name, { tags, properties }];
        }),
      ),
      defaultDeployment: spec.defaults?.deployment_name,
      protectEndpoint: settings.protect,
    });
    return { name, endpoint, sample };
  });

  return { onlineEndpoints, batchEndpoints };
}

const authModes = { aad_token: "AADToken", aml_token: "AMLToken", key: "Key" } as const;
