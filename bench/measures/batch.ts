/** The local batch runner against the same script over the same files in one Python process with as many workers. */
import { readFileSync } from "node:fs";
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createServing } from "@azure-ml-as-code/local/serving/serving.ts";
import { batchSpec, folderBlobs, quiet, ref } from "../../tests/local/serving/support.ts";
import { atLeast, paired, ratio, seconds } from "../figures.ts";
import type { Measure } from "../figures.ts";
import { output, root } from "../processes.ts";

const WORKERS = 2;
const ROWS = 50;
/** Each row is predicted by itself, as scripts that read row by row do: about 10 ms of work a file. */
const SCORE = `
import csv, os, warnings
import joblib

warnings.filterwarnings("ignore")

def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "diabetes.joblib"))

def run(mini_batch):
    results = []
    for path in mini_batch:
        with open(path) as file:
            rows = [[float(cell) for cell in row] for row in csv.reader(file)]
        results.append(os.path.basename(path) + "," + repr(sum(float(model.predict([row])[0]) for row in rows)))
    return results
`;
const ALONE = `
import multiprocessing, os, sys

sys.path.insert(0, sys.argv[1])
os.environ["AZUREML_MODEL_DIR"] = sys.argv[2]
import score

def chunks(folder, size):
    names = sorted(os.path.join(folder, name) for name in os.listdir(folder))
    return [names[i : i + size] for i in range(0, len(names), size)]

if __name__ == "__main__":
    with multiprocessing.Pool(int(sys.argv[4]), initializer=score.init) as pool:
        for result in pool.imap(score.run, chunks(sys.argv[3], int(sys.argv[5])), chunksize=1):
            print("\\n".join(result))
`;

const fileOf = (number: number): string =>
  Array.from({ length: ROWS }, (_, row) =>
    Array.from({ length: 10 }, (_, column) =>
      (Math.sin(number * 31 + row * 7 + column) / 10).toFixed(6),
    ).join(),
  ).join("\n") + "\n";

export const batch: Measure = {
  about: "rows of a batch job against the same script in one process with as many workers",
  async run({ quick, pairs, folder }) {
    const files = quick ? 1_000 : 3_000;
    const miniBatchSize = 20;
    const blobs = folderBlobs(join(folder, "batch-blobs"));
    const serving = await createServing({ dir: join(folder, "batch-serving"), blobs, log: quiet });
    try {
      const input = await blobs.put(
        "input",
        Object.fromEntries(
          Array.from({ length: files }, (_, i) => [`p${String(i).padStart(5, "0")}.csv`, fileOf(i)]),
        ),
      );
      const code = await blobs.put("src", { "score.py": SCORE });
      await cp(join(root, "workloads/diabetes/model"), blobs.local(ref("models/model")), { recursive: true });
      const environment = {
        name: "sklearn",
        version: "1",
        condaFile: readFileSync(join(root, "workloads/environment/conda.yml"), "utf8"),
      };
      const { python } = await serving.environments.ensure(
        { environment, mlflowDir: undefined, ownScript: true },
        () => undefined,
      );
      const alone = join(folder, "alone.py");
      await writeFile(alone, ALONE);
      let run = 0;
      const ours = () =>
        seconds(async () => {
          const job = `bench-${String(run++)}`;
          const spec = batchSpec({
            ...{ job, input, miniBatchSize, environment, code: { blob: code, scoringScript: "score.py" } },
            ...{ output: ref(`${job}/out`), logs: ref(`${job}/logs`) },
            model: { name: "diabetes", version: "1", type: "custom_model", blob: ref("models/model") },
            ...{ instanceCount: 1, maxConcurrencyPerInstance: WORKERS, timeoutMs: 60_000 },
          });
          const { succeeded } = await serving.runBatch(spec, new AbortController().signal);
          if (succeeded !== files)
            throw new Error(`${String(succeeded)} of ${String(files)} files succeeded`);
        });
      const against = () =>
        seconds(() =>
          output({
            command: python,
            args: [
              ...[alone, blobs.local(code), blobs.local(ref("models")), blobs.local(input)],
              ...[String(WORKERS), String(miniBatchSize)],
            ],
          }),
        );
      await against(); // Python's own cache of compiled modules
      const times = await paired(pairs, ours, against);
      const rows = (values: readonly number[]) => values.map((value) => (files * ROWS) / value);
      return [
        ratio(
          "batch/rows",
          { ours: rows(times.ours), against: rows(times.against) },
          { ours: "batch job", against: `one process, ${String(WORKERS)} workers,`, unit: "rows/s" },
          atLeast(0.9),
        ),
      ];
    } finally {
      await serving.close();
    }
  },
};
