/** The workloads of a stage: its assets, and the endpoints that serve them. Wiring only. */
import { QuotaCheck } from "@azure-ml-as-code/provider/sdk.ts";
import { Uploads } from "../components/assets/uploads.ts";
import { nameFrom } from "../components/component.ts";
import { join } from "node:path";
import { BatchEndpoint } from "../components/endpoints/batch-endpoint.ts";
import type { BatchDeployment } from "../components/endpoints/batch-endpoint.ts";
import { OnlineEndpoint } from "../components/endpoints/online-endpoint.ts";
import { toArm } from "../specs/kinds.ts";
import type { Stage } from "./config.ts";
import type { PlatformHandle } from "./platform-reference.ts";
import { servingMachines } from "./endpoint-facts.ts";
import { takeOver } from "./imports.ts";
import { releaseArgs } from "./release.ts";
import { UPLOADS } from "./rules.ts";
import { isOpen } from "./settings.ts";
import { makeResources } from "./workload-resources.ts";

export function buildWorkloads(stage: Stage, platform: PlatformHandle) {
  const { settings, workloads, root } = stage;
  const { assets } = workloads;
  takeOver(join(root, settings.workloads.folder), stage.name);
  const { group, identities, storage, datastores, roles } = platform;
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
    { dependsOn: [...roles] },
  );
  const { resolve, jobs } = makeResources({ stage, platform, uploads });

  const machines = servingMachines(workloads, settings);
  const quota =
    machines.length > 0 ? [new QuotaCheck("serving-quota", { location: settings.location, machines })] : [];

  const onlineEndpoints = workloads.onlineEndpoints.map(({ document, deployments, sample }) => {
    const { name, spec } = document;
    const release = settings.releases[name];
    const specs = Object.fromEntries(
      deployments.map((deployment) => {
        const { tags, sku, properties } = toArm(deployment, resolve, context).body;
        const autoscale = settings.endpoints.autoscale?.[name]?.[deployment.name];
        return [
          deployment.name,
          { tags, instanceCount: sku.capacity, properties, ...(autoscale && { autoscale }) },
        ];
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
        ...(authMode === "Key" && { keyRotation: settings.endpoints.keyRotation?.[name] }),
        ...(spec.compute && { computeId: resolve(spec.compute) }),
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
      { dependsOn: [...roles, ...quota] },
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
          const body = toArm(deployment, resolve, context).body as BatchDeployment;
          return [deployment.name, body];
        }),
      ),
      defaultDeployment: spec.defaults?.deployment_name,
      protectEndpoint: settings.protect,
    });
    return { name, endpoint, sample };
  });

  return { onlineEndpoints, batchEndpoints, jobs };
}

const authModes = { aad_token: "AADToken", aml_token: "AMLToken", key: "Key" } as const;
