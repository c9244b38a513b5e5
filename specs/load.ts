/** A folder of YAML as documents, with every problem of every file. */
import { readdirSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { documentKey } from "./links.ts";
import { overlayName } from "./overlay.ts";
import { parseSpec } from "./parse.ts";
import { readText } from "./source.ts";
import type { Parsed } from "./parse.ts";
import type { AnyDocument, Problem } from "./types.ts";

export interface Loaded {
  /** In the order of their paths. */
  readonly documents: readonly AnyDocument[];
  /** In the order of files and lines. */
  readonly problems: readonly Problem[];
  /** Keys that Microsoft's tools ignore: nothing stops for them. */
  readonly warnings: readonly Problem[];
}

interface Read {
  readonly file: string;
  readonly parsed: Parsed;
}

/**
 * Reads every `*.yml` and `*.yaml` below `folder`; names that begin with a dot are left out.
 * `stage` chooses the overlays (`overlay.ts`); without one there are none.
 * A file that says no kind is content, not a document, if a document refers to it or to a folder it is in:
 * conda files, the configuration of a scoring script, what an MLflow model is made of. Any other is a problem.
 */
export function loadFolder(folder: string, stage?: string): Loaded {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    return {
      documents: [],
      warnings: [],
      problems: [{ file: folder, line: 1, column: 1, path: "", message: "there is no such folder" }],
    };
  const files = yamlFiles(folder);
  const overlays = files.filter((file) => isOverlay(file, files));
  const reads: Read[] = files
    .filter((file) => !overlays.includes(file))
    .map((file) => {
      const over = overlays.find((other) => {
        const name = overlayName(other);
        return name?.base === file && name.stage === stage;
      });
      const overlay = over === undefined ? {} : { overlay: { file: over, text: readText(over) } };
      return { file, parsed: parseSpec(file, readText(file), {}, { root: folder, ...overlay }) };
    });
  const kept = reads.filter((read) => !isContent(read, reads));
  const documents = kept.flatMap(({ parsed }) => (parsed.document ? [parsed.document] : []));
  return {
    documents,
    warnings: kept.flatMap(({ parsed }) => parsed.warnings),
    problems: [
      ...kept.flatMap(({ parsed }) => [...parsed.problems, ...parsed.absent]),
      ...duplicates(documents),
    ].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line)),
  };
}

/** `NAME.STAGE.yml` is one, for whatever stage, beside a `NAME.yml` and without a `$schema` of its own. */
const isOverlay = (file: string, files: readonly string[]): boolean => {
  const name = overlayName(file);
  return name !== undefined && files.includes(name.base) && !/^["']?\$schema/m.test(readText(file));
};

function yamlFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules" && name !== "__pycache__")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return yamlFiles(path);
      return entry.isFile() && /\.ya?ml$/i.test(entry.name) ? [path] : [];
    });
}

/** Whether another document uses the file, or uses a folder that holds the file but not that document. */
function isContent({ file, parsed }: Read, reads: readonly Read[]): boolean {
  if (parsed.hasSchema) return false;
  const path = resolve(file);
  return reads.some(
    (other) =>
      other.file !== file &&
      [...other.parsed.used].some(
        (used) => used === path || (isUnder(path, used) && !isUnder(resolve(dirname(other.file)), used)),
      ),
  );
}

const isUnder = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`);
};

/** Two files that would make the same resource. */
function duplicates(documents: readonly AnyDocument[]): Problem[] {
  const first = new Map<string, AnyDocument>();
  return documents.flatMap((document) => {
    const key = `${documentKey(document)}:${document.version ?? ""}`;
    const before = first.get(key);
    if (!before) {
      first.set(key, document);
      return [];
    }
    const { line, column } = document.position(["name"]);
    return [
      {
        file: document.file,
        line,
        column,
        path: "name",
        message: `"${document.name}" is made by ${before.file} too`,
      },
    ];
  });
}
