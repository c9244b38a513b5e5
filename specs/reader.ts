/** Reads one document: gathers its problems, and makes paths, versions and references of its texts. */
import { realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import type { z } from "zod";
import { PLACEHOLDER, isMapping } from "./fields.ts";
import { problemAt, schemaProblems, show } from "./problems.ts";
import { isRefusal, parseAsset, parseCompute, parseDeployment, parseUri } from "./references.ts";
import type { Refusal } from "./references.ts";
import { findings } from "./rules/rule.ts";
import type { Rule } from "./rules/rule.ts";
import { pythonQuoted, pythonText, readSource, readText } from "./source.ts";
import type { Source } from "./source.ts";
import type { AssetType, IdentitySpec, KeyPath, Problem, Reference, Referred } from "./types.ts";
import type { RawIdentity } from "./fields.ts";

type Scalar = string | number | boolean;
type Wanted = "file" | "folder" | "file or folder";

/** Stands where a reference was refused: the problem is noted, and the document is not made. */
const REFUSED: Reference = { kind: "uri", uri: "" };

export class Reader {
  readonly source: Source;
  readonly problems: Problem[] = [];
  /** Absolute paths of files and folders that the document uses, so that a folder can be searched for what is left over. */
  readonly used = new Set<string>();
  readonly references: Referred[] = [];
  /** Content that is not there yet, placeholders: fine to convert, and nothing that a stage could use. */
  readonly absent: Problem[] = [];
  /** What Microsoft's tools leave out without a word. */
  readonly warnings: Problem[] = [];
  /** The folder that nothing may lead out of. */
  readonly root: string | undefined;

  constructor(source: Source, root?: string) {
    this.source = source;
    this.root = root;
  }

  problem(path: KeyPath, message: string): void {
    this.problems.push(problemAt(this.source, path, message));
  }

  /** Everything that Azure's own rules say. @param place where the document says what a rule has at a path. */
  enforce<Facts>(
    rules: readonly Rule<Facts>[],
    facts: Facts,
    place = (path: KeyPath): KeyPath => path,
  ): void {
    for (const { path, message } of findings(rules, facts)) this.problem(place(path), message);
  }

  /** For a key that Microsoft's tools ignore. */
  ignored(path: KeyPath, message: string): void {
    this.warnings.push(problemAt(this.source, path, message));
  }

  strings(value: Readonly<Record<string, Scalar>> | undefined, path: KeyPath): Record<string, string> {
    return Object.fromEntries(
      Object.entries(value ?? {}).map(([key, item]) => [key, this.scalar(item, [...path, key])]),
    );
  }

  /** {@link strings} of anything: lists and mappings as Python writes them, and null says nothing. */
  texts(value: Readonly<Record<string, unknown>> | undefined, path: KeyPath): Record<string, string> {
    return Object.fromEntries(
      Object.entries(value ?? {}).flatMap(([key, item]) =>
        item === null ? [] : [[key, typeof item === "string" ? item : this.python(item, [...path, key])]],
      ),
    );
  }

  /** As Python's `repr()` gives it. */
  private python(value: unknown, path: KeyPath): string {
    if (value === null || value === undefined) return "None";
    if (typeof value === "string") return pythonQuoted(value);
    if (typeof value === "number" || typeof value === "boolean") return this.scalar(value, path);
    if (Array.isArray(value))
      return `[${value.map((item: unknown, index) => this.python(item, [...path, index])).join(", ")}]`;
    const entries = Object.entries(value).map(
      ([key, item]) => `${pythonQuoted(key)}: ${this.python(item, [...path, key])}`,
    );
    return `{${entries.join(", ")}}`;
  }

  scalar(value: Scalar, path: KeyPath): string {
    return pythonText(value, this.source.text(path));
  }

  version(value: string | number | undefined, path: KeyPath): string | undefined {
    return value === undefined ? undefined : this.scalar(value, path);
  }

  /** The absolute path of what `text` names, relative to the file it stands in; a problem if it is not there. */
  local(text: string, path: KeyPath, wanted: Wanted = "file or folder"): string | undefined {
    const absolute = this.place(text);
    const found = kindOfFile(absolute);
    if (found === undefined) {
      this.problem(path, `found ${show(text)}, and there is no such file or folder at ${readable(absolute)}`);
      return undefined;
    }
    if (!wanted.includes(found)) {
      this.problem(path, `found ${show(text)}, a ${found}; allowed: a ${wanted}`);
      return undefined;
    }
    if (this.escapes(absolute, text, path)) return undefined;
    this.used.add(absolute);
    return absolute;
  }

  /** Whether a path, symbolic links followed, leads out of the folder of the workloads; a problem if so. */
  private escapes(absolute: string, text: string, path: KeyPath): boolean {
    if (this.root === undefined) return false;
    const way = relative(realpathSync(this.root), realpathSync(absolute));
    if (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way)) return false;
    this.problem(
      path,
      `found ${show(text)}, which is outside of ${readable(resolve(this.root))}; allowed: what is in it`,
    );
    return true;
  }

  /** Content of an asset: a path beside the file, which is uploaded, or a URI. */
  content(
    text: string,
    type: AssetType,
    path: KeyPath,
    datastore: string | undefined,
    wanted?: Wanted,
  ): Reference {
    const uri = parseUri(text);
    if (uri) return this.note(uri, path);
    return {
      kind: "upload",
      path: this.uploaded(text, path, wanted),
      type,
      ...(datastore !== undefined && { datastore: bare(datastore) }),
    };
  }

  /** The absolute path of what is to be uploaded; that it is not there, or not what it should be, is for a stage to refuse. */
  uploaded(text: string, path: KeyPath, wanted: Wanted = "file or folder"): string {
    const absolute = this.place(text);
    const found = kindOfFile(absolute);
    if (found === undefined) this.missing(text, absolute, path);
    else if (!wanted.includes(found))
      this.unfit(path, `found ${show(text)}, a ${found}; allowed: a ${wanted}`);
    else if (!this.escapes(absolute, text, path)) this.used.add(absolute);
    return absolute;
  }

  /** For what is converted, and can be used by no stage. */
  unfit(path: KeyPath, message: string): void {
    this.absent.push(problemAt(this.source, path, message));
  }

  /** Keeps in mind that the document refers to it. */
  note(reference: Reference, path: KeyPath): Reference {
    this.references.push({ path, reference });
    return reference;
  }

  /** {@link content} of a job: that a path is not there is no reason to refuse the document. */
  input(text: string, type: AssetType, path: KeyPath, datastore?: string): Reference {
    const uri = parseUri(text);
    if (uri) return this.note(uri, path);
    return {
      kind: "upload",
      path: this.uploaded(text, path),
      type,
      ...(datastore !== undefined && { datastore: bare(datastore) }),
    };
  }

  private place(text: string): string {
    return resolve(dirname(this.source.file), text.replace(/^file:(?:\/\/)?/, ""));
  }

  private missing(text: string, absolute: string, path: KeyPath): void {
    this.unfit(path, `found ${show(text)}, and there is no such file or folder at ${readable(absolute)}`);
  }

  /** Notes every placeholder that nobody put a value for. */
  placeholders(value: unknown, path: KeyPath = []): void {
    if (typeof value === "string" && PLACEHOLDER.test(value))
      this.unfit(path, `found ${show(value)}, a placeholder; put what it stands for`);
    else if (Array.isArray(value))
      value.forEach((item, index) => {
        this.placeholders(item, [...path, index]);
      });
    else if (isMapping(value))
      for (const [key, item] of Object.entries(value)) this.placeholders(item, [...path, key]);
  }

  asset(text: string, type: AssetType, path: KeyPath): Reference {
    return this.known(parseAsset(text, type), text, path);
  }

  compute(text: string, path: KeyPath): Reference {
    return this.known(parseCompute(text), text, path);
  }

  /** A deployment of an online endpoint. */
  deployment(text: string, path: KeyPath): Reference {
    return this.known(parseDeployment(text), text, path);
  }

  /** {@link code} of a job or component: a URL too; what is not there is refused, as by the client. */
  jobCode(text: string, path: KeyPath): Reference {
    if (/^azureml:(?!\/\/datastores)/.test(text)) return this.asset(text, "code", path);
    if (/^[a-zA-Z][a-zA-Z0-9+.-]+:\/\//.test(text)) return { kind: "uri", uri: text };
    const absolute = this.local(text, path);
    return absolute === undefined ? REFUSED : { kind: "local", type: "code", path: absolute };
  }

  /** A folder or file of code, or a code version that exists. */
  code(text: string, path: KeyPath): Reference {
    if (text.startsWith("azureml:")) return this.asset(text, "code", path);
    return { kind: "local", type: "code", path: this.uploaded(text, path) };
  }

  identity(raw: RawIdentity | undefined, path: KeyPath): IdentitySpec | undefined {
    if (!raw) return undefined;
    const ids = (raw.user_assigned_identities ?? []).map((item) => item.resource_id.replace(/^azureml:/, ""));
    if (raw.type.includes("user_assigned") && ids.length === 0)
      this.problem(path, "type user_assigned needs user_assigned_identities with the resource_id of each");
    return { type: raw.type, user_assigned_identities: ids };
  }

  /** What stands in another file. */
  text(name: string, path: KeyPath): string | undefined {
    const absolute = this.local(name, path, "file");
    return absolute === undefined ? undefined : readText(absolute);
  }

  /** Another YAML file, named by this one; its problems are problems of this document. */
  include(text: string, path: KeyPath): Reader | undefined {
    const absolute = this.local(text, path, "file");
    if (absolute === undefined) return undefined;
    const { source, problems } = readSource(absolute, readText(absolute));
    this.problems.push(...problems);
    return source && new Reader(source, this.root);
  }

  /** What the whole document is by this schema; `undefined` if it is not, and its problems are noted. */
  check<Schema extends z.ZodType>(schema: Schema): z.infer<Schema> | undefined {
    const checked = schema.safeParse(this.source.value);
    if (checked.success) return checked.data;
    this.refuse(this.source.value, checked.error.issues, []);
    return undefined;
  }

  /** Notes what a schema found wrong with what is at `path`. */
  refuse(value: unknown, issues: readonly z.core.$ZodIssue[], path: KeyPath): void {
    this.problems.push(...schemaProblems(this.source, value, issues, path));
  }

  /** The same document, as read by what knows only the part of it at `path`. */
  under(path: KeyPath): Reader {
    const part = Object.create(this, {
      source: {
        value: {
          ...this.source,
          position: (inner: KeyPath) => this.source.position([...path, ...inner]),
          text: (inner: KeyPath) => this.source.text([...path, ...inner]),
        },
      },
    }) as Reader;
    return part;
  }

  /** Takes over what a reader from {@link include} found, as found at `path`. */
  adopt(other: Reader, path: KeyPath): void {
    this.problems.push(...other.problems);
    this.absent.push(...other.absent);
    this.warnings.push(...other.warnings);
    this.references.push(...other.references.map(({ reference }) => ({ path, reference })));
    for (const file of other.used) this.used.add(file);
  }

  private known(result: Reference | Refusal, text: string, path: KeyPath): Reference {
    if (!isRefusal(result)) return this.note(result, path);
    this.problem(path, `found ${show(text)}; allowed: ${result.allowed}`);
    return REFUSED;
  }
}

/** A datastore's name, however it is referred to. */
const bare = (datastore: string): string => datastore.replace(/^azureml:(?:.*\/)?/, "");

/** What no file can be called: too long, or with a character that no path has. */
const IMPOSSIBLE: ReadonlySet<string | undefined> = new Set([
  "ENAMETOOLONG",
  "ERR_INVALID_ARG_VALUE",
  "ENOTDIR",
]);

function kindOfFile(path: string): "file" | "folder" | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && (found.isDirectory() ? "folder" : "file");
  } catch (error) {
    if (IMPOSSIBLE.has((error as NodeJS.ErrnoException).code)) return undefined;
    throw error;
  }
}

/** As short as it can be from where the command runs. */
export function readable(absolute: string): string {
  const short = relative(process.cwd(), absolute);
  return short !== "" && !short.startsWith("..") && !isAbsolute(short) ? short : absolute;
}
