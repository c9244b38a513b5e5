import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseSpec } from "../../specs/parse.ts";
import type { Parsed } from "../../specs/parse.ts";

/** A name that ends in `/` is an empty folder. */
function makeFolder(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "specs-")));
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(path, text);
  }
  return folder;
}

/** A folder with these files, for as long as `use` runs. */
export function withFolder<T>(files: Readonly<Record<string, string>>, use: (folder: string) => T): T {
  const folder = makeFolder(files);
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the specs of these tests refer to. */
const SURROUNDINGS = {
  "src/score.py": "",
  "src/Dockerfile": "",
  "model/MLmodel": "",
  "rows.csv": "",
  "table/MLTable":
    "paths:\n  - file: ./part.csv\n  - folder: https://account.blob.core.windows.net/container/rows\n",
  "conda.yml":
    "name: env\nchannels: [conda-forge]\ndependencies:\n  - python=3.10\n  - pip: ['x>=1', 'on', '1.0']\n",
  "environment.yml": "name: included\nversion: 4\nimage: image:1\nconda_file: conda.yml\n",
};

export const schema = (name: string): string =>
  `$schema: https://azuremlschemas.azureedge.net/latest/${name}.schema.json\n`;

/** Parses `text`, with every problem that a stage is told, as `spec.yml` in a folder with a score.py, a model, a conda file and an MLTable. Paths come out as `/…`. */
export const parseText = (text: string): Parsed =>
  withFolder(SURROUNDINGS, (folder) => {
    const parsed = parseSpec(join(folder, "spec.yml"), text);
    const strip = (value: string) => value.replaceAll(folder, "");
    return {
      ...parsed,
      problems: [...parsed.problems, ...parsed.absent].map((problem) => ({
        ...problem,
        file: strip(problem.file),
        message: strip(problem.message),
      })),
    };
  });

/** `line:column path: message` of each problem. */
export const problemsOf = (text: string): string[] =>
  parseText(text)
    .problems.toSorted((a, b) => a.line - b.line)
    .map(
      ({ line, column, path, message }) =>
        `${String(line)}:${String(column)} ${path === "" ? "" : `${path}: `}${message}`,
    );
