/**
 * With `Id` = `pulumi.Input<string>` the properties of each body are arguments of `@pulumi/azure-native`, and what a resolver
 * gives goes into them untouched. The assignments are checked by `tsc`, which `npm run check` runs.
 */
import { describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import type { machinelearningservices as ml } from "@pulumi/azure-native/types/input.js";
import { toArm } from "../../specs/kinds.ts";
import { modelProperties } from "../../specs/kinds/model.ts";
import { environmentProperties } from "../../specs/kinds/environment.ts";
import type { ArmBodies } from "../../specs/arm.ts";
import type { Kind, ReferenceResolver } from "../../specs/types.ts";
import { parseText, schema } from "./folder.ts";

type Id = pulumi.Input<string>;
/** The latest id that was given, by the asset it is for or by the kind of reference. */
const given = new Map<string, pulumi.Output<string>>();
const resolve: ReferenceResolver<Id> = (reference) => {
  const what = "type" in reference ? reference.type : reference.kind;
  const id = pulumi.output(what);
  given.set(what, id);
  return id;
};

function bodyOf<K extends Kind>(kind: K, text: string): ArmBodies<Id>[K] {
  const { document } = parseText(text);
  if (document?.kind !== kind) throw new Error(`expected ${kind}, found ${document?.kind ?? "nothing"}`);
  return toArm<K, Id>(document as never, resolve, { location: pulumi.output("eastus") }).body;
}

describe("properties for azure-native", () => {
  test("of each kind are typed as its arguments", () => {
    const online = `name: abc\nendpoint_name: abc\nmodel: azureml:m:1\ninstance_type: x\n`;
    const batch = `name: abc\nendpoint_name: abc\ntype: model\nmodel: azureml:m:1\ncompute: azureml:c\n`;
    const deployment: ml.ManagedOnlineDeploymentArgs | ml.KubernetesOnlineDeploymentArgs = bodyOf(
      "onlineDeployment",
      `${schema("managedOnlineDeployment")}${online}`,
    ).properties;
    const endpoint: ml.OnlineEndpointPropertiesArgs = bodyOf(
      "onlineEndpoint",
      `${schema("managedOnlineEndpoint")}name: abc\n`,
    ).properties;
    const batchEndpoint: ml.BatchEndpointPropertiesArgs = bodyOf(
      "batchEndpoint",
      `${schema("batchEndpoint")}name: abc\n`,
    ).properties;
    const batchDeployment: ml.BatchDeploymentPropertiesArgs = bodyOf(
      "batchDeployment",
      `${schema("modelBatchDeployment")}${batch}`,
    ).properties;
    const environment: ml.EnvironmentVersionPropertiesArgs = bodyOf(
      "environment",
      `${schema("environment")}name: e\nimage: i\n`,
    ).properties;
    const model: ml.ModelVersionPropertiesArgs = bodyOf(
      "model",
      `${schema("model")}name: m\npath: model\n`,
    ).properties;
    const data: ml.UriFileDataVersionArgs | ml.UriFolderDataVersionArgs | ml.MLTableDataArgs = bodyOf(
      "data",
      `${schema("data")}name: d\npath: src\n`,
    ).properties;
    const compute: ml.AmlComputeArgs = bodyOf(
      "amlCompute",
      `${schema("amlCompute")}name: cpu\ntype: amlcompute\n`,
    ).properties;
    const datastore: ml.AzureBlobDatastoreArgs = bodyOf(
      "azureBlob",
      `${schema("azureBlob")}name: d\ntype: azure_blob\naccount_name: acc\ncontainer_name: con\n`,
    ).properties;

    expect(pulumi.Output.isInstance(deployment.model)).toBe(true);
    expect(batchDeployment.compute).toBe(given.get("compute"));
    expect(model.modelUri).toBe(given.get("model"));
    expect([endpoint.authMode, batchEndpoint.authMode]).toEqual(["Key", "aadToken"]);
    expect([environment.image, compute.computeType, datastore.datastoreType]).toEqual([
      "i",
      "AmlCompute",
      "AzureBlob",
    ]);
    expect(data.dataUri).toBe(given.get("data"));
  });

  test("of what a deployment holds in place, too", () => {
    const { document } = parseText(
      `${schema("managedOnlineDeployment")}name: abc\nendpoint_name: abc\ninstance_type: x\nmodel: {path: model}\nenvironment: {image: i}\n`,
    );
    if (document?.kind !== "onlineDeployment") throw new Error("no deployment");
    const { model, environment } = document.spec;
    if (model?.kind !== "local" || model.type !== "model") throw new Error("no model in place");
    if (environment?.kind !== "local" || environment.type !== "environment")
      throw new Error("no environment in place");
    const modelArgs: ml.ModelVersionPropertiesArgs = modelProperties(model.spec, resolve, true);
    const environmentArgs: ml.EnvironmentVersionPropertiesArgs = environmentProperties(
      environment.spec,
      resolve,
      true,
    );
    expect([modelArgs.isAnonymous, environmentArgs.isAnonymous]).toEqual([true, true]);
    expect(modelArgs.modelUri).toBe(given.get("model"));
  });
});
