/** Where data is brought in from or out to: a database, else a file system. Imports nothing but the fields. */
import { z } from "zod";
import { choose, isMapping, keys, required, text, words } from "./fields.ts";

const database = keys({
  type: words(["database"]),
  table_name: text.optional(),
  query: text.optional(),
  stored_procedure: text.optional(),
  stored_procedure_params: z
    .array(keys({ name: text.optional(), value: text.optional(), type: text.optional() }))
    .optional(),
  connection: required,
});
const fileSystem = keys({
  type: words(["file_system"]).optional(),
  path: text.optional(),
  connection: required,
});
type Place = z.infer<typeof database> | z.infer<typeof fileSystem>;
/** By `type`, whatever its case. */
export const place = choose<Place>((value) =>
  isMapping(value) && String(value["type"]).toLowerCase() === "database" ? database : fileSystem,
);
