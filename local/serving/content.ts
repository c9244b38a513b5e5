/** Brings a deployment's model and code to this machine, as Azure ML's storage initializer does. */
import { access, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BlobStore, CodeSpec, ModelSpec } from "../contracts.ts";
import { ServingError } from "../contracts.ts";

export interface Content {
  /** What `AZUREML_MODEL_DIR` says. */
  readonly modelDir: string | undefined;
  /** The folder with `MLmodel`. */
  readonly mlflowDir: string | undefined;
  /** The code's folder, and the script in it. */
  readonly code: { readonly root: string; readonly script: string } | undefined;
}

interface Wanted {
  readonly model?: ModelSpec;
  readonly code?: CodeSpec;
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** `MLmodel` lies in the uploaded folder, or one below it when the upload was a folder around the model. */
async function findMlflowModel(path: string, name: string): Promise<string> {
  if (await exists(join(path, "MLmodel"))) return path;
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries)
    if (entry.isDirectory() && (await exists(join(path, entry.name, "MLmodel"))))
      return join(path, entry.name);
  throw new ServingError("BadArgument", `model ${name} is of type mlflow_model, and has no file MLmodel`);
}

/** @throws ServingError `DownloadFailure`, `BadArgument`. */
export async function fetchContent(
  { model, code }: Wanted,
  directory: string,
  blobs: BlobStore,
  say: (line: string) => void,
): Promise<Content> {
  if (model?.type === "triton_model")
    throw new ServingError(
      "BadArgument",
      `model ${model.name} is a Triton model: the local stage has no Triton server`,
    );
  if (!code && model?.type !== "mlflow_model")
    throw new ServingError("BadArgument", "without a scoring script only an MLflow model can be served");

  const download = async (what: string, blob: ModelSpec["blob"], target: string): Promise<string> => {
    await mkdir(target, { recursive: true });
    try {
      const path = await blobs.download(blob, target);
      say(`Downloaded ${what} from ${blob.account}/${blob.container}/${blob.path}`);
      return path;
    } catch (error) {
      const reason = (error as Error).message;
      throw new ServingError(
        "DownloadFailure",
        `could not download ${what} (${blob.container}/${blob.path}): ${reason}`,
      );
    }
  };

  const modelDir = model && join(directory, "azureml-models", model.name, model.version);
  const modelPath = model && (await download(`model ${model.name}:${model.version}`, model.blob, modelDir!));
  const root = code && (await download("code", code.blob, join(directory, "azureml-app")));
  if (code && !(await exists(join(root!, code.scoringScript)))) {
    const files = (await readdir(root!, { recursive: true })).sort().slice(0, 20).join(", ");
    throw new ServingError(
      "BadArgument",
      `the code has no scoring script ${code.scoringScript}; it has: ${files}`,
    );
  }
  return {
    modelDir,
    mlflowDir: model?.type === "mlflow_model" ? await findMlflowModel(modelPath!, model.name) : undefined,
    code: code && { root: root!, script: code.scoringScript },
  };
}

/** Where a script's own modules are looked for, beside the root of the code. */
export const scriptFolder = ({ root, script }: NonNullable<Content["code"]>): string =>
  dirname(join(root, script));
