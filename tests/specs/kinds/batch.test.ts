/** Bodies as azure-ai-ml 1.35.2 makes them of the same files. */
import { describe, expect, test } from "@jest/globals";
import { schema } from "../folder.ts";
import { bodyOf, tracked } from "./body.ts";

describe("batch", () => {
  test("endpoint", () => {
    const text = `${schema("batchEndpoint")}name: my-batch\ndescription: x\ndefaults: {deployment_name: first}\n`;
    expect(bodyOf(text)).toEqual(
      tracked({
        description: "x",
        authMode: "aadToken",
        properties: {},
        defaults: { deploymentName: "first" },
      }),
    );
  });

  test("deployment of a model, with settings", () => {
    const text = `${schema("modelBatchDeployment")}
name: bat
endpoint_name: my-batch
type: model
model: azureml:m:1
compute: azureml:cpu
resources: {instance_count: 2, instance_type: x}
code_configuration: {code: src, scoring_script: score.py}
environment: azureml:e:1
settings:
  max_concurrency_per_instance: 2
  mini_batch_size: 10
  output_action: append_row
  output_file_name: predictions.csv
  retry_settings: {max_retries: 3, timeout: 300}
  error_threshold: -1
  logging_level: info
  environment_variables: {A: b}
`;
    expect(bodyOf(text)).toEqual(
      tracked({
        environmentId: "azureml:e:1",
        model: { assetId: "azureml:m:1", referenceType: "Id" },
        codeConfiguration: { codeId: "/src", scoringScript: "score.py" },
        outputFileName: "predictions.csv",
        outputAction: "AppendRow",
        errorThreshold: -1,
        resources: { instanceCount: 2, instanceType: "x", properties: {} },
        retrySettings: { maxRetries: 3, timeout: "PT5M" },
        loggingLevel: "info",
        miniBatchSize: 10,
        maxConcurrencyPerInstance: 2,
        environmentVariables: { A: "b" },
        compute: "azureml:cpu",
        properties: {},
      }),
    );
  });

  test("deployment in the older shape", () => {
    const text = `${schema("batchDeployment")}
name: bat
endpoint_name: my-batch
model: azureml:m@latest
compute: azureml:cpu
mini_batch_size: 5
output_action: summary_only
resources: {instance_count: 2}
`;
    expect(bodyOf(text)).toEqual(
      tracked({
        compute: "azureml:cpu",
        resources: { instanceCount: 2, properties: {} },
        model: { assetId: "azureml:m@latest", referenceType: "Id" },
        outputAction: "SummaryOnly",
        miniBatchSize: 5,
        environmentVariables: {},
        properties: {},
      }),
    );
  });

  test("instance count in settings", () => {
    const text = `${schema("modelBatchDeployment")}name: bat\nendpoint_name: my-batch\ntype: model\nmodel: azureml:m:1\ncompute: cpu\nsettings: {mini_batch_size: 1, instance_count: 3}\n`;
    expect(bodyOf(text)).toMatchObject({ properties: { resources: { instanceCount: 3, properties: {} } } });
  });
});
