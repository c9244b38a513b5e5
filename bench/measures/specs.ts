/** `render` against the converter of azure-ai-ml: the same files, one process each. */
import { cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { pythonWith } from "../../tests/support/python.ts";
import { atLeast, paired, ratio, seconds } from "../figures.ts";
import type { Measure } from "../figures.ts";
import { output, root } from "../processes.ts";

const CORPUS = join(root, "tests/specs/corpus");
const CONVERTER = join(root, "tests/support/azure_ai_ml.py");
/** Folders of the corpus whose name is that of the converter's loader. */
const KINDS = ["environment", "model", "data", "onlineEndpoint", "onlineDeployment", "batchEndpoint"];

/** Copies of the corpus, so that no file is read twice. */
async function copies(folder: string, count: number): Promise<{ file: string; kind: string }[]> {
  const files: { file: string; kind: string }[] = [];
  for (let copy = 0; files.length < count; copy++) {
    const home = join(folder, `corpus-${String(copy)}`);
    await mkdir(home, { recursive: true });
    await cp(join(CORPUS, "shared"), join(home, "shared"), { recursive: true });
    for (const kind of KINDS) {
      await cp(join(CORPUS, kind), join(home, kind), { recursive: true });
      for (const name of await readdir(join(home, kind)))
        if (name.endsWith(".yml")) files.push({ file: join(home, kind, name), kind });
    }
  }
  return files.slice(0, count);
}

export const specs: Measure = {
  about: "render against azure-ai-ml, files of six kinds",
  async run({ quick, pairs, folder }) {
    const sdk = await pythonWith("azure-ai-ml==1.35.2");
    if ("missing" in sdk) throw new Error(sdk.missing);
    const files = await copies(folder, quick ? 200 : 500);
    const ours = {
      command: process.execPath,
      args: [join(root, "specs/render.ts"), ...files.map(({ file }) => file)],
      codes: [0, 1], // files that both refuse are among them
    };
    const against = {
      command: sdk.python,
      args: [CONVERTER],
      input: files.map((file) => JSON.stringify(file)).join("\n"),
    };
    const times = await paired(
      pairs,
      () => seconds(() => output(ours)),
      () => seconds(() => output(against)),
    );
    return [
      ratio(
        "specs/render",
        { ours: times.against, against: times.ours },
        { ours: `azure-ai-ml, ${String(files.length)} files,`, against: "render", unit: "s" },
        atLeast(20),
      ),
    ];
  },
};
