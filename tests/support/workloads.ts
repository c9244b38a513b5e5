/** Workloads written by a test into a folder of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface Folder {
  /** Stands for the project's folder. */
  readonly root: string;
  /** @param file relative to the root. */
  readonly write: (file: string, text: string) => void;
  readonly remove: () => void;
}

export function folder(files: Readonly<Record<string, string>> = {}): Folder {
  const root = mkdtempSync(join(tmpdir(), "workloads-"));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  return { root, write, remove: () => rmSync(root, { recursive: true }) };
}

const schema = (kind: string) => `$schema: https://azuremlschemas.azureedge.net/latest/${kind}.schema.json\n`;

/** A custom model with a scoring script and an environment on an online endpoint, and the same model in batch. */
export const churn: Readonly<Record<string, string>> = {
  "workloads/churn/model/model.txt": "weights",
  "workloads/churn/src/score.py": "def init(): pass\ndef run(x): return x\n",
  "workloads/churn/model.yml": `${schema("model")}name: churn\ntype: custom_model\npath: model\n`,
  "workloads/churn/environment.yml": `${schema("environment")}name: sklearn\nimage: mcr.microsoft.com/x:1\n`,
  "workloads/churn/endpoint.yml": `${schema("managedOnlineEndpoint")}name: churn\nauth_mode: key\ntraffic:\n  blue: 100\n`,
  "workloads/churn/endpoint.sample.json": "[]",
  "workloads/churn/blue.yml": `${schema("managedOnlineDeployment")}name: blue
endpoint_name: churn
model: azureml:churn@latest
environment: azureml:sklearn@latest
code_configuration:
  code: src
  scoring_script: score.py
instance_type: Standard_DS2_v2
instance_count: 2
`,
  "workloads/churn/batch.yml": `${schema("batchEndpoint")}name: churn-batch\ndefaults:\n  deployment_name: all\n`,
  "workloads/churn/batch-all.yml": `${schema("modelBatchDeployment")}name: all
endpoint_name: churn-batch
type: model
model: azureml:churn@latest
environment: azureml:sklearn@latest
code_configuration:
  code: src
  scoring_script: score.py
compute: azureml:cpu-cluster
settings:
  mini_batch_size: 2
`,
};
