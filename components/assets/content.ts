/** Files and folders of the project, told apart by what they hold. Reads them, makes nothing. */
import { relative, sep } from "node:path";
import { hashContent } from "@azure-ml-as-code/provider/content.ts";

/** A file or folder of the project. */
export interface LocalContent {
  /** Relative to the project's root, with `/`. */
  readonly source: string;
  /** Of names and bytes. */
  readonly hash: string;
}

/**
 * @param root the project's folder.
 * @throws if there is nothing at `path`.
 */
export const localContent = (root: string, path: string): LocalContent => ({
  source: relative(root, path).split(sep).join("/"),
  hash: hashContent(path),
});
